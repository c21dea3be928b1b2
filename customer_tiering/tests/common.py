"""What the tests of this addon and its siblings have in common.

Base classes that more than one file of tests needs stand here or, for one subject, in the
``*_common.py`` beside this one; no file of tests imports from another. Tests that siblings run
again for models of theirs are classes without a base there (``RightsTests``), which a test class
combines with a case, so that no runner finds them twice.

The docstring of a test names the failure that the test prevents, as if it had happened: "Gold in
company A gives discounts in company B" is what must not be.
"""

from datetime import datetime, time, timedelta

from odoo import fields
from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT, BaseCommon
from odoo.fields import Command
from odoo.tests import new_test_user

from ..models.customer_tier_change import TIER_LINES

# Only customers made for one company: others in the database neither help nor disturb.
OWN = "[('company_id', '!=', False)]"
CHUNK_SIZE = "odoo.addons.customer_tiering.models.customer_tier_run.CHUNK_SIZE"
PROGRAM_LOGGER = "odoo.addons.customer_tiering.models.customer_tier_program"
PIPELINE_LOGGER = "odoo.addons.customer_tiering.models.customer_tier_pipeline"
RUN_LOGGER = "odoo.addons.customer_tiering.models.customer_tier_run"
GATHER_LOGGER = "odoo.addons.customer_tiering.models.customer_tier_gather"
CRON_LOGGER = "odoo.addons.base.models.ir_cron"


class TieringCommon(BaseCommon):
    """Two companies of their own, so that demo data neither help nor disturb.

    ``cls.company`` is the current one and works in euro, as does ``cls.company_b``. Pricelists
    are on; ``cls.standard_list`` is shared, in euro and without rules. No programme exists.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group_pricelist = cls.quick_ref("product.group_product_pricelist")
        cls.env["product.pricelist"].search([]).action_archive()
        cls._switch_pricelists(True)
        cls.company_b = cls._create_company(
            name="Tiering Company B",
            currency_id=cls.currency.id,
            country_id=cls.company.country_id.id,
        )
        cls.standard_list = cls._create_pricelist("Standard", company_id=False, sequence=1)
        cls.product = cls._create_product()
        seller = "sales_team.group_sale_salesman,base.group_partner_manager"
        cls.salesperson = cls._create_user("tiering_salesperson", seller)
        cls.officer = cls._create_user("tiering_officer", "customer_tiering.group_user")
        cls.manager = cls._create_user("tiering_manager", "customer_tiering.group_manager")
        cls.salesperson_b = cls._create_user(
            "tiering_salesperson_b", seller, company_id=cls.company_b.id
        )

    @classmethod
    def default_env_context(cls):
        return {**DISABLED_MAIL_CONTEXT, "disable_company_pricelist_creation": True}

    @classmethod
    def setup_independent_company(cls, **kwargs):
        euro = (
            cls.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        )
        euro.write({"active": True, "rate_ids": [Command.clear()]})
        # Products without a company are priced in the currency of the first company.
        cls.setup_main_company("EUR")
        return cls._create_company(
            name="Tiering Company",
            currency_id=euro.id,
            country_id=cls.env.ref("base.be").id,
            **kwargs,
        )

    @classmethod
    def _create_company(cls, **create_values):
        """Where the addon of playbooks is there, too, chance decides nothing."""
        if "customer_win_back_control_share" in cls.env["res.company"]._fields:
            create_values = {"customer_win_back_control_share": 0, **create_values}
        return super()._create_company(**create_values)

    @classmethod
    def _switch_pricelists(cls, on):
        """Put the group where the settings put it, without what the settings do to the lists."""
        users = cls.quick_ref("base.group_user")
        (users._apply_group if on else users._remove_group)(cls.group_pricelist)

    @classmethod
    def _without_reminders(cls):
        """Where the addon of reminders is there, too, its shipped rule makes activities."""
        if "customer.reminder.rule" in cls.env:
            cls.env["customer.reminder.rule"].search([]).action_archive()

    @classmethod
    def _create_user(cls, login, groups, **vals):
        return new_test_user(
            cls.env,
            login,
            groups,
            context=DISABLED_MAIL_CONTEXT,
            company_id=vals.pop("company_id", cls.company.id),
            **vals,
        )

    @classmethod
    def _create_pricelist(cls, name, **vals):
        return cls.env["product.pricelist"].create({"name": name, **vals})

    @classmethod
    def _create_product(cls, **vals):
        return cls.env["product.product"].create(
            {"name": "Sack of Coffee", "list_price": 100.0, "taxes_id": False, "company_id": False}
            | vals
        )

    @classmethod
    def _create_customer(cls, name="Customer", **vals):
        """A company; give ``parent_id`` for a contact of one."""
        return cls.env["res.partner"].create(
            {"name": name, "is_company": not vals.get("parent_id"), **vals}
        )

    @classmethod
    def _create_order(
        cls, partner, amount=100.0, date=None, company=None, state="sale", lines=None, **vals
    ):
        """An order of a given untaxed amount, without taxes, dated at noon of a day.

        :param date: date, datetime, text or a number of days ago; without it, now
        :param lines: values of the order lines instead of one line of the amount
        """
        if isinstance(date, int):
            date = cls._days_ago(date)
        if date is None:
            date = fields.Datetime.now()
        elif not isinstance(date, datetime):
            date = datetime.combine(fields.Date.to_date(date), time(12))
        common = {"product_id": cls.product.id, "tax_ids": False, "discount": 0.0}
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": (company or cls.company).id,
                "date_order": date,
                "state": state,
                "order_line": [
                    Command.create(common | line) for line in lines or [{"price_unit": amount}]
                ],
                **vals,
            }
        )

    @classmethod
    def _create_program(cls, preset="wholesale", tiers=None, indicators=None, company=None, **vals):
        """A programme from a preset, or from the tiers (lowest first) and indicators given.

        :param tiers: names, or values of ``customer.tier`` whose ``conditions`` are triples of
            metric code, operator and value
        :param indicators: values of ``customer.tier.indicator`` whose ``metric`` is a code and
            whose ``bands`` are pairs of start and points
        """
        company = company or cls.company
        Program = cls.env["customer.tier.program"]
        # Whoever tests how customers move says so.
        vals = {"hold_months": 0, "review_every": "day", **vals}
        if tiers is None and indicators is None:
            program = Program._create_preset(preset, company)
            program.write(vals)
            return program
        return Program.create(
            {
                "name": "Programme",
                "company_id": company.id,
                "tier_ids": [
                    Command.create(cls._tier_vals(tier) | {"sequence": 10 * rank})
                    for rank, tier in enumerate(tiers or ["Everybody"], start=1)
                ],
                "indicator_ids": [
                    Command.create(cls._indicator_vals(indicator)) for indicator in indicators or []
                ],
                **vals,
            }
        )

    @classmethod
    def _tier_vals(cls, tier):
        vals = {"name": tier} if isinstance(tier, str) else dict(tier)
        conditions = [
            Command.create({"metric_id": cls._metric(code).id, "operator": op, "value": value})
            for code, op, value in vals.pop("conditions", ())
        ]
        return vals | {"condition_ids": conditions}

    @classmethod
    def _indicator_vals(cls, indicator):
        vals = {**indicator, "metric_id": cls._metric(indicator["metric"]).id}
        bands = vals.pop("bands", ())
        del vals["metric"]
        if bands:
            vals["band_ids"] = [
                Command.create({"value_from": start, "points": points}) for start, points in bands
            ]
        return vals

    @classmethod
    def _metric(cls, code):
        return (
            cls.env["customer.tier.metric"]
            .with_context(active_test=False)
            .search([("code", "=", code)])
        )

    @classmethod
    def _grade(cls, as_of=None, company=None, **vals):
        """Run a grading as of a day (today) and return the run."""
        vals["company_id"] = (company or cls.company).id
        if as_of:
            vals["as_of"] = as_of
        run = cls.env["customer.tier.run"].create(vals)
        run.action_run()
        return run

    @classmethod
    def _standing(cls, partner, company=None):
        return cls.env["customer.tier.standing"].search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", (company or cls.company).id),
            ]
        )

    @classmethod
    def _tier_changes(cls, partner, company=None):
        """The lines of a customer's history that are about its tier, the oldest first."""
        return cls._standing(partner, company).change_ids.filtered_domain(TIER_LINES).sorted("id")

    @classmethod
    def _numbers(cls, partner, kind, company=None):
        """What the last grading found out, by name: ``metric`` by code, ``points``, ``share`` or
        ``lever`` by indicator id as text; ``None`` for unknown."""
        graded = cls._standing(partner, company)
        numbers = graded.policy_id._values(graded.numbers)
        return {
            name.split(":")[1]: value
            for name, value in numbers.items()
            if name.startswith(f"{kind}:")
        }

    @classmethod
    def _set_tier(cls, partner, tier, company=None):
        """Put a customer into a tier by hand; an empty tier takes that back."""
        company = tier.company_id or company or cls.company
        standing = cls._standing(partner, company)
        if standing:
            standing.manual_tier_id = tier
        else:
            standing = standing.create(
                {
                    "partner_id": partner.commercial_partner_id.id,
                    "company_id": company.id,
                    "manual_tier_id": tier.id,
                }
            )
        # As the next request would: fields that follow a standing are not stored.
        cls.env.invalidate_all()
        return standing

    @classmethod
    def _days_ago(cls, days):
        return fields.Date.context_today(cls.env.user) - timedelta(days=days)


class GradingCase(TieringCommon):
    """Customers of one company, and what a grading found out about them."""

    @classmethod
    def _create_own_customer(cls, name="Customer", *orders, **vals):
        """A customer of this company with orders given as (days ago, amount)."""
        partner = cls._create_customer(name, company_id=cls.company.id, **vals)
        for days, amount in orders:
            cls._create_order(partner, amount, date=days)
        return partner

    def _create_measuring_program(self, *codes, **vals):
        """A programme that measures metrics without much else."""
        indicator = {"scale": "linear", "linear_zero": 0, "linear_full": 1000}
        return self._create_program(
            tiers=["All"],
            indicators=[{"metric": code, **indicator} for code in codes or ("amount",)],
            domain=OWN,
            **vals,
        )

    def _values(self, partner):
        return self._numbers(partner, "metric")

    def _snapshot(self, partners):
        names = ["tier_id", "score", "coverage", "amount", "order_count", "last_order_date"]
        names += ["next_order_date", "rfm_r", "rfm_f", "rfm_m", "segment_id", "numbers"]
        return [
            tuple(standing[name] for name in names) for standing in map(self._standing, partners)
        ]


class ExplainingCase(GradingCase):
    """What the screen says about why a customer is in its tier."""

    def _sentences(self, partner, user=None):
        """What the screen says, by kind."""
        standing = self._standing(partner).with_user(user or self.salesperson)
        return {s["kind"]: s["text"] for s in standing.explanation["sentences"]}

    def _rows(self, partner):
        return {row["name"]: row for row in self._standing(partner).explanation["rows"]}


class CronCase(GradingCase):
    """Nothing waits to be graded, and nothing but what a test makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.tier.program"].search([]).action_archive()
        # Their customers would be taken out of their tiers tonight.
        cls.env["customer.tier.standing"].search([]).company_id.customer_tier_nightly = False
        cls.Stale = cls.env["customer.tier.stale"]
        cls.Run = cls.env["customer.tier.run"]
        cls.Stale.search([]).unlink()
        cls.Run.search([("state", "=", "running")]).write({"state": "cancel"})
        cls.cron = cls.env.ref("customer_tiering.ir_cron_grade")
