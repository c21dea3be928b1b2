"""What somebody of another company gets of our computed fields by typing into an unsaved form.

The web client sends what stands in a form to ``onchange`` and shows what that computes. Whoever can
log in can send anything, also as ``default_*`` in the context, and no record rule looks at values
that nobody has saved. So every computed field is asked about records of another company.
"""

from contextlib import contextmanager, suppress

from psycopg2 import Error

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.orm.model_classes import is_model_definition
from odoo.tools import mute_logger

from .security_common import SecurityCase

# What they get: an error, nothing, or what they typed themselves or may read anyway.
REFUSED, EMPTY, TYPED = "refused", "empty", "typed"


def rows(**names):
    """A row for each field, given as names of fields by what is told of them."""
    return {name: word for word, fields in names.items() for name in fields.split()}


# Every computed field of ours by model. A field that is not in here fails the test: write it down
# once you know what somebody of another company gets of it, and see that it is nothing.
COMPUTED = {
    "customer.late.reason.set": rows(empty="invoice_count other_count"),
    "customer.tier": rows(
        empty=(
            "benefit_list discount_text display_name pricelist_warning requirement standing_count "
            "top_cut_text"
        ),
        typed="company_id currency_id gives_prices",
    ),
    "customer.tier.answer": rows(typed="high_label low_label name weight"),
    "customer.tier.band.proposal": rows(
        empty="picture problem scale status",
        typed="company_id",
    ),
    "customer.tier.band.proposal.line": rows(
        empty="customer_count share value_to",
        typed="company_id",
    ),
    "customer.tier.benefit": rows(empty="given_text icon", typed="company_id"),
    "customer.tier.by.hand": rows(empty="asks_reason company_id count"),
    "customer.tier.change": rows(
        refused=(
            "company_id explanation from_color partner_id program_id salesperson_id to_color undone"
        ),
    ),
    "customer.tier.condition": rows(typed="display_name unit"),
    "customer.tier.credit.line": rows(refused="currency_id"),
    "customer.tier.entry.rule": rows(typed="company_id summary"),
    "customer.tier.event": rows(
        empty=("benefits from_color headline needed partner_id salesperson_id sender_id to_color"),
    ),
    "customer.tier.event.rule": rows(empty="display_name", typed="company_id"),
    "customer.tier.indicator": rows(empty="summary", typed="company_id"),
    "customer.tier.indicator.band": rows(empty="label"),
    "customer.tier.metric": rows(empty="availability code cost_warning model_id sleep_reason unit"),
    "customer.tier.policy": rows(refused="company_id"),
    "customer.tier.program": rows(
        empty=(
            "advice advice_count advice_title indicator_count last_run_id proposed_text "
            "replaced_text rhythm_text stage_problem stage_preview standing_count"
        ),
        typed="currency_id",
    ),
    "customer.tier.proposal": rows(
        empty="currency_id from_color partner_id reason rule salesperson_id to_color"
    ),
    "customer.tier.refusal": rows(empty="proposal_count"),
    "customer.tier.run": rows(
        empty=(
            "change_count display_name error_count event_count held_event_count matrix_table "
            "name open_proposal_count progress proposal_count replay_table"
        ),
    ),
    "customer.tier.run.error": rows(refused="company_id culprit remedy"),
    "customer.tier.segment": rows(empty="box display_name", typed="company_id"),
    "customer.tier.standing": rows(
        empty=(
            "amount_label asks_reason country_id credit_breakdown currency_id differs may_override "
            "next_look_text next_order_reason next_order_text recency_days region_id review_date "
            "rfm_segment segment_color tier_color timeline user_id"
        ),
        typed="explanation",
    ),
    "customer.tier.start": rows(
        empty=(
            "as_of_last asks_prices asks_tz can_enable_pricelists gives_prices last_order_day "
            "preview proposed"
        )
    ),
    "customer.tier.tell": rows(empty="event_count forecast"),
    "customer.tier.value": rows(empty="is_assessed is_current value", typed="display_name"),
    "customer.tier.veto": rows(typed="company_id display_name unit"),
    "res.company": rows(refused="customer_credit_tolerance"),
    "res.config.settings": rows(
        refused=(
            "customer_credit_clamp customer_credit_low_from customer_credit_medium_from "
            "customer_credit_min_invoices customer_credit_paying_account_ids "
            "customer_credit_tolerance customer_credit_window_days customer_tier_ask_reason "
            "customer_tier_check_day "
            "customer_tier_count_all_orders customer_tier_fallback_user_id "
            "customer_tier_graded_on customer_tier_nightly customer_tier_program_count "
            "customer_tier_tell_limit customer_tier_tz"
        ),
    ),
    "res.country": rows(empty="customer_region_id"),
    "res.partner": rows(
        empty=(
            "customer_credit_band customer_credit_score customer_is_gradable "
            "customer_is_graded customer_last_order_date customer_lifecycle_stage "
            "customer_next_order_date customer_next_order_late customer_next_order_reason "
            "customer_next_order_text "
            "customer_score customer_segment_id customer_stage_since customer_standing_id "
            "customer_tier_benefits customer_tier_change_ids customer_tier_color "
            "customer_tier_explanation customer_tier_id customer_tier_since "
            "customer_tier_timeline customer_value_ids"
        ),
    ),
    "sale.order": rows(
        empty=(
            "customer_credit_band customer_credit_score customer_lifecycle_stage "
            "customer_next_order_date customer_next_order_late customer_prices_differ "
            "customer_score customer_segment_id customer_tier_benefits customer_tier_color "
            "customer_tier_id customer_tier_saving pricelist_offer_id"
        ),
        # Why the own order has the prices of an own tier.
        typed="customer_price_reason",
    ),
}
# Of these nobody is told anything in these records: most are warnings of what is not there.
SILENT = {
    "customer.late.reason.set": {"invoice_count"},
    "customer.tier": {"pricelist_warning", "top_cut_text"},
    "customer.tier.band.proposal": {"problem"},
    "customer.tier.metric": {"cost_warning", "model_id", "sleep_reason"},
    "customer.tier.program": {
        "advice",
        "advice_count",
        "proposed_text",
        "replaced_text",
        "rhythm_text",
        "stage_problem",
    },
    # Told of corrections.
    "customer.tier.change": {"undone"},
    # Told of what is still to be decided.
    "customer.tier.proposal": {"reason"},
    "customer.tier.run": {"open_proposal_count", "replay_table"},
    "customer.tier.standing": {"credit_breakdown"},
    # Told where the last order is long ago.
    "customer.tier.start": {
        "as_of_last",
        "can_enable_pricelists",
        "gives_prices",
        "last_order_day",
        "proposed",
    },
    "res.config.settings": {
        "customer_credit_clamp",
        "customer_credit_paying_account_ids",
        "customer_tier_count_all_orders",
        "customer_tier_fallback_user_id",
        "customer_tier_program_count",
        "customer_tier_tz",
    },
    "sale.order": {"customer_prices_differ"},
}


class AttackCase(SecurityCase):
    """Records of two companies, a contact that only the other company deals with, and who types.

    Addons with computed fields of their own extend it, with tables of theirs.
    """

    computed = COMPUTED
    silent = SILENT
    # Of whoever has all rights in one company and none in the other.
    boss_groups = (
        "customer_tiering.group_manager,account.group_account_invoice,base.group_partner_manager"
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._create_user("tiering_boss", cls.boss_groups)
        cls.boss_b = cls._create_user(
            "tiering_boss_b", cls.boss_groups, company_id=cls.company_b.id
        )
        # Else both companies would have the same names and figures.
        for name in ("customer.tier", "customer.tier.segment"):
            for record in cls.records_b[name]:
                record.name = f"Their {record.name}"
        customer = cls.records_b["customer.tier.standing"].partner_id
        cls._create_order(customer, 1234, date=40, company=cls.company_b)
        cls.own = cls._more_records(cls.records, cls.boss)
        hidden = cls._more_records(cls.records_b, cls.boss_b)
        # The same about a contact that everybody may read.
        shared = {**hidden, **cls._shared_customer(hidden)}
        cls.theirs = [hidden, shared]
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _more_records(cls, records, user):
        """Records of models of core too; wizards are those of ``user``."""
        for record in records.values():
            if record._transient:
                query = f"UPDATE {record._table} SET create_uid = %s WHERE id IN %s"
                cls.env.cr.execute(query, [user.id, record._ids])
        standing, run = records["customer.tier.standing"], records["customer.tier.run"]
        company, tiers = user.company_id, records["customer.tier"]
        country = cls.env.ref("base.be" if company == cls.company else "base.nl")
        standing.partner_id.write({"user_id": user.id, "country_id": country.id})
        for number, tier in enumerate(tiers, start=1):
            tier.color = number
        order = {"state": "draft", "user_id": False, "company": company, "lines": [{}]}
        order = cls._create_order(standing.partner_id, **order)
        # By hand, so that there is a step from one tier to another.
        standing.manual_tier_id = tiers[-1]
        cls._grade(company=company)
        standing.sudo().write({"credit_score": 44, "credit_band": "medium", "overdue_amount": 11})
        records["customer.tier.event"].sudo().write(
            {"run_id": run.id, "kind": "notice", "from_tier_id": tiers[-1].id}
        )
        records["customer.tier.proposal"].sudo().run_id = run
        return {
            **records,
            "customer.tier.change": standing.change_ids,
            "res.company": user.company_id,
            "res.partner": standing.partner_id,
            "res.country": standing.partner_id.country_id,
            "sale.order": order,
            "account.move": records["customer.tier.credit.line"].move_id,
        }

    @classmethod
    def _shared_customer(cls, records):
        partner = cls._create_customer("Shared")
        standing = records["customer.tier.standing"]
        vals = {
            name: field.convert_to_write(standing[name], standing)
            for name, field in standing._fields.items()
            if field.store and field.type not in ("one2many", "many2many") and name != "id"
        }
        standing = standing.sudo().create({**vals, "partner_id": partner.id})
        return {"res.partner": partner, standing._name: standing}

    def _our_fields(self):
        """Model → names of the computed fields that the addon puts on it.

        Those that a model has of another by delegation are read with the reader's own rights.
        """
        found = {}
        for name, model in self.env.registry.items():
            ours = {
                field.name
                for field in model._fields.values()
                if field.compute and not field.inherited and self._owner(model, field) == self.addon
            }
            if ours and not model._abstract:
                found[name] = ours
        return found

    @staticmethod
    def _owner(model, field):
        """The addon of ours that puts a field on a model, also where it is of another's mixin; of a
        name the one that says how it is made."""
        if field.name == "display_name":
            return model._compute_display_name.__module__.split(".")[2]
        if not field._modules or not field._modules[0].startswith("customer_tiering"):
            return None
        addons = [
            cls._module
            for cls in reversed(model.mro())
            if is_model_definition(cls) and cls._name == model._name
        ]
        if field._modules[0] in addons:
            return field._modules[0]
        return next(addon for addon in addons if addon.startswith("customer_tiering"))

    def _typed(self, model):
        """What can be typed into a form of a model about the other company: all there is, each
        value alone, and each beside the company."""
        every = []
        for records in self.theirs:
            values = {}
            for name, field in self.env[model]._fields.items():
                if field.relational and field.comodel_name in records and not field.inherited:
                    record = records[field.comodel_name]
                    if field.type == "many2one":
                        values[name] = record[:1].id
                    elif (field._modules or ("",))[0].startswith("customer_tiering"):
                        values[name] = [Command.set(record.ids)]
            every += [values, *({name: value} for name, value in values.items())]
            every += self._crafted(model, records)
            if company := {"company_id": values["company_id"]} if "company_id" in values else {}:
                every += [{name: value, **company} for name, value in values.items()]
        return [typed for n, typed in enumerate(every) if typed and typed not in every[:n]]

    def _crafted(self, model, records):
        """Hook: what else may be typed into a form of a model about the other company."""
        if model == "customer.tier.program":
            secret = [("id", "in", records["res.partner"].ids), ("credit_limit", ">=", 0)]
            return [{"company_id": self.company_b.id, "domain": str(secret)}]
        if model == "customer.tier.event" and "customer.tier" in records:
            standing, tiers = records["customer.tier.standing"], records["customer.tier"]
            return [{"standing_id": standing.id, "kind": "notice", "from_tier_id": tiers[-1].id}]
        return []

    def _of_own(self, model, name):
        """Hook: what is told of the own record itself where a contact is typed that anybody may
        read, as a set of texts; exactly these, and nothing where there are none."""
        return set()

    def _ask(self, records, values, changed, names):
        """Ask for fields as the web client does.

        :return: dict name → value, None where it is refused
        """
        if not records.has_access("write" if records else "create"):
            return dict.fromkeys(names)
        answers = self._onchange(records, values, changed, names)
        # One of them may keep the others from being told, or what was typed keeps all of them.
        if answers is None and self._onchange(records, values, changed, []) is not None:
            answers = {}
            for name in names:
                answers |= self._onchange(records, values, changed, [name]) or {name: None}
        return answers or dict.fromkeys(names)

    def _onchange(self, records, values, changed, names):
        spec = {
            name: {"fields": {"display_name": {}}} if records._fields[name].relational else {}
            for name in dict.fromkeys([*names, *values])
        }
        try:
            with self.env.cr.savepoint():
                answer = records.onchange(dict(values), list(changed), spec)["value"]
        except UserError:
            return None
        finally:
            self.env.invalidate_all()
        return {name: self._shown(answer.get(name, False)) for name in names}

    @staticmethod
    def _shown(value):
        """Own lines that go tell nothing."""
        if isinstance(value, list):
            return [line for line in value if line[0] not in (Command.DELETE, Command.UNLINK)]
        return value

    def _told(self, user, model, names, own, whole=False):
        """What somebody is told of each field by typing.

        :param own: a record of the model that they may write, or none
        :param whole: whether what is typed is also saved beside all that a record must have, so
            that figures of the own one are told as well
        :return: dict name → set of ``refused``, ``empty`` and values as text
        """
        found = {name: set() for name in names}
        Model = self._as(user, self.env[model])
        usual = self._ask(Model, {}, [], names)
        filled = self._filled(own) if own and whole else {}

        def note(answers, told=()):
            for name, value in answers.items():
                same = not value or value == dict(told).get(name)
                found[name].add(REFUSED if value is None else EMPTY if same else str(value))

        for typed in self._typed(model):
            asked = [name for name in names if name not in typed]
            note(self._ask(Model, typed, typed, asked))
            if own:
                # What is computed first can change what others find.
                note(self._ask(self._as(user, own), typed, typed, asked[::-1]))
            defaults = {f"default_{n}": v for n, v in typed.items() if not isinstance(v, list)}
            note(self._ask(Model.with_context(**defaults), {}, [], asked), usual)
            note(self._save(Model, typed, asked), usual)
            if filled:
                note(self._save(Model, {**filled, **typed}, asked), filled | usual)
        return found

    @staticmethod
    def _filled(own):
        """What a record must have to be saved, and what else would be worked out of others: values
        of an own one."""
        own = own.sudo()
        return {
            name: field.convert_to_write(own[name], own)
            for name, field in own._fields.items()
            if field.store
            and name not in MAGIC_COLUMNS
            and (field.required or not field.relational)
            and field.type not in ("one2many", "many2many", "json", "properties")
            and not field.related
            and own[name]
        }

    def _save(self, model, values, names):
        """Make a record of what was typed, and read what that computes.

        :return: dict name → value, None where it is refused; nothing where it cannot be made
        """
        answers = {}
        try:
            with self.env.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
                record = model.create(dict(values))
                self.env.invalidate_all()
                for name in names:
                    answers[name] = self._read_one(record, name)
                savepoint.rollback()
        except (UserError, ValueError, Error):
            return {}
        finally:
            self.env.invalidate_all()
        return answers

    @staticmethod
    def _read_one(record, name):
        try:
            value = record[name]
            return value.mapped("display_name") if isinstance(value, BaseModel) else value
        except UserError:
            return None

    @contextmanager
    def _kept_away(self):
        """A graded customer of the own company that salespeople may not read, and all that belongs
        to it, in the place of what belongs to the other company."""
        kept = {**self.own, **self._shared_customer(self.own)}
        partner = kept["res.partner"]
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": str([("id", "!=", partner.id)]),
                "groups": self.env.ref("base.group_user").ids,
            }
        )
        names = ("res.partner", "customer.tier.standing")
        before, self.theirs = self.theirs, [{name: kept[name] for name in names}]
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            yield partner
        finally:
            self.theirs = before

    def _read(self, user, model, names):
        """What somebody reads of each field in the records of the other company.

        :return: dict name → whether there is anything
        """
        found = dict.fromkeys(names, False)
        for records in self.theirs:
            for record in self._as(user, records.get(model, self.env[model])):
                for name in names:
                    with suppress(AccessError):
                        found[name] = found[name] or bool(record[name])
        return found

    def _as(self, user, records):
        return records.with_user(user).with_context(allowed_company_ids=user.company_id.ids)


class AttackTests:
    """Tests of what the table says, for an ``AttackCase`` of whichever addon."""

    # Odoo's runner leaves out what a class inherits, unless told.
    allow_inherited_tests_method = True
    # What is missing is all that matters.
    maxDiff = None

    def test_every_computed_field_is_in_the_table(self):
        """A field that nobody thought about tells of customers of another company."""
        known = {model: sorted(rows) for model, rows in self.computed.items()}
        ours = {model: sorted(names) for model, names in self._our_fields().items()}
        self.assertEqual(known, ours)

    def test_what_is_typed_tells_nothing(self):
        """A salesperson, or whoever has all rights in one company, types a customer, programme or
        company of another into a form, and it shows score, credit and rules there."""
        for model, rows in self.computed.items():
            own = self.own.get(model, self.env[model])[:1]
            told = {name: set() for name in rows}
            for user in (self.salesperson, self.boss):
                for name, answers in self._told(user, model, rows, own).items():
                    told[name] |= answers
            for name, word in rows.items():
                values = told[name] - {REFUSED, EMPTY}
                found = REFUSED if told[name] == {REFUSED} else EMPTY
                with self.subTest(model=model, field=name):
                    self.assertIn(word, (REFUSED, EMPTY, TYPED))
                    if name == "customer_price_reason":
                        # Told where the own order's list is found anew, which core decides.
                        self.assertNotIn("Their", str(values))
                    elif of_own := self._of_own(model, name):
                        self.assertEqual(values, of_own)
                    elif word == TYPED:
                        self.assertTrue(values, f"{found} today: mend the table")
                    else:
                        self.assertFalse(values)
                        self.assertEqual(found, word)

    def test_customers_that_the_reader_may_not_read(self):
        """Contacts are kept from a salesperson by a rule; typed into a form by their numbers, they
        told tier, score and credit all the same."""
        # Whatever is told of the own company, and of no customer.
        usual = {}
        for model, rows in self.computed.items():
            own = self.own.get(model, self.env[model])[:1]
            usual[model] = self._usual(self.salesperson, model, rows, own)
        with self._kept_away() as partner:
            with self.assertRaises(AccessError):
                self._as(self.salesperson, partner).read(["name"])
            for model, rows in self.computed.items():
                own = self.own.get(model, self.env[model])[:1]
                told = self._told(self.salesperson, model, rows, own, whole=True)
                for name, values in told.items():
                    # What is typed, or of the own company, is nobody's secret.
                    with self.subTest(model=model, field=name):
                        secrets = values - {REFUSED, EMPTY} - usual[model][name]
                        self.assertTrue(rows[name] == TYPED or not secrets, secrets)

    def _usual(self, user, model, names, own):
        """What somebody is told of each field without typing anything about a customer.

        :return: dict name → set of texts
        """
        found = {name: set() for name in names}
        for records in (self.env[model], own):
            answers = self._ask(self._as(user, records), {}, [], list(names))
            for name, value in answers.items():
                found[name].add(str(value))
        if own:
            # Of an own record as it would be saved.
            Model = self._as(user, self.env[model])
            for name, value in self._save(Model, self._filled(own), list(names)).items():
                found[name].add(str(value))
        return found

    def test_who_may_know_is_told(self):
        """The fields are empty for everybody, so that nothing was tried above."""
        for model, rows in self.computed.items():
            answers = self._read(self.boss_b, model, rows)
            missing = {name for name, answer in answers.items() if not answer}
            own = self.theirs[0].get(model, self.env[model])[:1]
            for user in (self.boss_b, self.env.ref("base.user_admin")):
                if missing:
                    told = self._told(user, model, sorted(missing), own)
                    missing -= {name for name in missing if told[name] - {REFUSED, EMPTY}}
            with self.subTest(model=model):
                self.assertEqual(missing, set(self.silent.get(model, ())))
