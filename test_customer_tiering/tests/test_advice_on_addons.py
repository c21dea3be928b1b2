from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering_playbook.tests.common import PlaybookCase
from odoo.addons.customer_tiering_scenario.company_findings import CompanyFindings
from odoo.addons.customer_tiering_service.tests.common import ServiceCase
from odoo.tests import tagged


def findings(case):
    """What is found about the company of a case: values by code and ids."""
    # Of the database, as the job that looks begins anew.
    case.env.flush_all()
    case.env.invalidate_all()
    today = case.env["customer.tier.gather"]._today(case.company)
    return {
        (one.code, one.ids): one.values
        for one in CompanyFindings(case.env, case.company, today).all()
        if one.code != "never_rule"
    }


@tagged("post_install", "-at_install")
class TestAdviceOnPlaybooks(PlaybookCase):
    """What is found about playbooks and win-backs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(tiers=["Regular"])
        # Of a company as a whole is told with the first one.
        cls.program = cls.env["customer.tier.program"]._for_company(cls.company)[:1]
        cls.playbook.write({"company_id": cls.company.id, "control_share": 20})

    def _make_old(self, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_stage_playbook SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days), self.playbook.id],
        )

    def _start(self, **vals):
        partner = self.env["res.partner"].create(
            {"name": "Of a playbook", "company_id": self.company.id}
        )
        standing = self.env["customer.tier.standing"].create(
            {"partner_id": partner.id, "company_id": self.company.id}
        )
        common = {"standing_id": standing.id, "playbook_id": self.playbook.id, "stage": "dormant"}
        return self.Start.create({**common, **vals})

    def test_playbook_for_nobody(self):
        """A playbook that can begin for nobody is kept for years; or one of yesterday is told to
        be useless."""
        key = ("never_playbook", tuple(self.playbook.ids))
        self._make_old(89)
        self.assertNotIn(key, findings(self))
        self._make_old(100)
        self.assertIn(key, findings(self))
        start = self._start()
        self.assertNotIn(key, findings(self))
        self.env.cr.execute(
            "UPDATE customer_stage_playbook_start SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=95), start.id],
        )
        self.assertIn(key, findings(self), "it began once, and never since")
        self.playbook.action_archive()
        self.assertNotIn(key, findings(self), "it has been put away")

    def test_playbook_of_another_company(self):
        """A playbook that begins in another company every day is told to begin for nobody; or the
        other way round."""
        self.playbook.company_id = False
        self._make_old(100)
        key = ("never_playbook", tuple(self.playbook.ids))
        partner = self.env["res.partner"].create({"name": "Of B", "company_id": self.company_b.id})
        standing = self.env["customer.tier.standing"].create(
            {"partner_id": partner.id, "company_id": self.company_b.id}
        )
        self._start(standing_id=standing.id)
        self.assertIn(key, findings(self), "for nobody of this one")
        self.playbook.company_id = self.company_b
        self.assertNotIn(key, findings(self), "which is not asked about others' playbooks")

    def _cases(self, arm, count, ordered):
        for number in range(count):
            self._start(
                arm=arm,
                state="held" if arm == "control" else "done",
                started_on=arm == "treated" and "2026-03-02",
                experiment=f"playbook:{self.playbook.id}:2026H1",
                drawn_share=20,
                date="2026-03-01",
                window_end="2026-03-15",
                measured_on="2026-03-16",
                window_orders=int(number < ordered),
                window_amount=100 * (number < ordered),
            )

    def test_playbook_without_effect(self):
        """A playbook costs everybody's time for years, and customers order as often without it."""
        key = ("no_effect_playbook", tuple(self.playbook.ids))
        self._cases("treated", 150, 30)
        self._cases("control", 120, 90)
        self.assertIn(key, findings(self))
        self.env["customer.tier.advice"]._look_at(self.program)
        advice = self.env["customer.tier.advice"].search(
            [("program_id", "=", self.program.id), ("code", "=", key[0])]
        )
        self.assertIn(self.playbook.display_name, advice.what)
        action = advice.with_user(self.officer).action_open_subject()
        opened = (action["res_model"], action["res_id"])
        self.assertEqual(opened, (self.playbook._name, self.playbook.id))
        self.playbook.action_archive()
        self.assertNotIn(key, findings(self))

    def test_playbook_that_helps(self):
        """A playbook that brings customers back is told to be useless."""
        self._cases("treated", 150, 120)
        self._cases("control", 120, 30)
        self.assertNotIn(("no_effect_playbook", tuple(self.playbook.ids)), findings(self))

    def test_win_backs_without_effect(self):
        """Lost customers are called for years, and come back as often without it."""
        for arm, count, ordered in (("treated", 150, 15), ("control", 120, 80)):
            for number in range(count):
                partner = self.env["res.partner"].create(
                    {"name": f"Away {number}", "company_id": self.company.id}
                )
                record = self.env["customer.win.back"].create(
                    {
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "date": "2026-02-15",
                    }
                )
                record.write(
                    {
                        "arm": arm,
                        "experiment": "win_back:2026H1",
                        "drawn_share": 20,
                        "due_on": "2026-03-01",
                        "window_end": "2026-03-15",
                        "measured_on": "2026-03-16",
                        "window_orders": int(number < ordered),
                        "window_amount": 60 * (number < ordered),
                    }
                )
        self.assertIn(("no_effect_win_back", tuple(self.company.ids)), findings(self))
        self.env["customer.tier.advice"]._look_at(self.program)
        advice = self.env["customer.tier.advice"].search(
            [("program_id", "=", self.program.id), ("code", "=", "no_effect_win_back")]
        )
        action = advice.with_user(self.manager).action_open_subject()
        rows = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
        self.assertEqual(rows.kind, "win_back")


@tagged("post_install", "-at_install")
class TestAdviceOnDedicated(ServiceCase):
    """Who has too many customers, where rules dedicate people."""

    def _unbalanced(self):
        found = findings(self).items()
        return {ids: values for (code, ids), values in found if code == "unbalanced"}

    def _give_to_first(self):
        """The first one has all but four of each of the others.

        :return: the ``customer.tier.care``, those of the others first
        """
        cares = self.Care.search([("company_id", "=", self.company.id)])
        shares = cares[8:], cares[:4], cares[4:8]
        for user, share in zip(self.people, shares, strict=True):
            share.write({"user_id": user.id, "note": "They know each other"})
        return cares

    def test_pools_of_rules(self):
        """Three share the gold customers, and one of them has nearly all; whoever looks after
        silver ones only is no colleague of theirs."""
        self._create_golds(60)
        self._assign()
        self.assertFalse(self._unbalanced())
        cares, first = self._give_to_first(), self.people[0]
        key = (0, self.rule.id)
        self.assertEqual(self._unbalanced(), {(first.id,): (52, 4.0, *key)})
        member = self.rule.member_ids.filtered(lambda m: m.user_id == first)
        member.weight = 13
        self.assertFalse(self._unbalanced(), "and is to have so many")
        member.weight = 1
        cares[4:8].write({"user_id": first.id, "note": "The other one left"})
        self.assertEqual(self._unbalanced(), {(first.id,): (56, 4.0, *key)}, "one has nobody")

    def test_opens_the_pool(self):
        """Advice about the gold customers of somebody opens the silver ones, too."""
        golds = self._create_golds(60)
        self._assign()
        cares, first = self._give_to_first(), self.people[0]
        theirs = cares[8:].partner_id
        others = self._create_golds(3, user_id=first.id)
        standings = self.env["customer.tier.standing"].search([("partner_id", "in", others.ids)])
        standings.tier_id = self.silver
        self.env["customer.tier.advice"]._look_at(self.program)
        advice = self.env["customer.tier.advice"].search(
            [("program_id", "=", self.program.id), ("code", "=", "unbalanced")]
        )
        self.assertIn("52 customers of “Gold service”", advice.what)
        action = advice.with_user(self.officer).action_open_subject()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, theirs.sorted())
        self.assertLess(found, golds)

    def test_pools_of_tiers(self):
        """Without rules, who serves many small customers is compared with who serves large ones."""
        self.rule.action_archive()
        for user, number in zip(self.people, (10, 10, 30), strict=True):
            self._create_golds(number, user_id=user.id)
        for _n in range(3):
            small = self._create_seller(f"tiering_small_{_n}")
            golds = self._create_golds(100, user_id=small.id)
            standings = self.env["customer.tier.standing"].search([("partner_id", "in", golds.ids)])
            standings.tier_id = self.silver
        found = {(self.people[2].id,): (30, 10.0, self.gold.id, 0)}
        self.assertEqual(self._unbalanced(), found)
