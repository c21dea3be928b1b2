from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestBadge(TieringCommon):
    """Names and colours that the process remembers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program()
        cls.tier = cls.program.tier_ids[0]
        cls.tier.write({"name": "Base", "icon": False, "color": 3})
        # Afterwards, for a new programme is named in every language.
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.segment = cls.env["customer.tier.segment"].create(
            {"program_id": cls.program.id, "name": "Loyal", "color": 4}
        )
        cls.customer = cls._create_customer("Shown")
        cls.env["customer.tier.standing"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "manual_tier_id": cls.tier.id,
                "segment_id": cls.segment.id,
            }
        )

    def _shown(self, lang="en_US"):
        """Tier, colour and segment as a list of contacts shows them in a new request."""
        self.env.flush_all()
        self.env.invalidate_all()
        named = {"fields": {"display_name": {}}}
        partner = self.customer.with_user(self.salesperson).with_context(lang=lang)
        (shown,) = partner.web_read(
            {"customer_tier_id": named, "customer_tier_color": {}, "customer_segment_id": named}
        )
        names = (shown[f"customer_{kind}_id"]["display_name"] for kind in ("tier", "segment"))
        return (*names, shown["customer_tier_color"])

    def test_change_is_shown_at_once(self):
        """Customers are listed under a name or colour that a tier or segment had before."""
        self.assertEqual(self._shown(), ("Base", "Loyal", 3))
        self.tier.name = "Bronze"
        self.assertEqual(self._shown(), ("Bronze", "Loyal", 3))
        self.tier.write({"icon": "★", "color": 7})
        self.segment.name = "Faithful"
        self.assertEqual(self._shown(), ("★ Bronze", "Faithful", 7))

    def test_languages(self):
        """The language of whoever asked first is shown to all, or a translation never."""
        self.assertEqual(self._shown(), ("Base", "Loyal", 3))
        self.assertEqual(self._shown("fr_FR"), ("Base", "Loyal", 3))
        self.tier.with_context(lang="fr_FR").name = "Socle"
        self.segment.update_field_translations("name", {"fr_FR": "Fidèle"})
        self.assertEqual(self._shown("fr_FR"), ("Socle", "Fidèle", 3))
        self.assertEqual(self._shown(), ("Base", "Loyal", 3))

    def test_while_editing(self):
        """A tier that is not saved yet is named after another one, or not at all."""
        Tier = self.env["customer.tier"]
        self.assertEqual(self.tier.display_name, "Base")
        self.assertEqual(Tier.new({"name": "Draft", "icon": "☆"}).display_name, "☆ Draft")
        self.assertEqual(Tier.new({"name": "Typed"}, origin=self.tier).display_name, "Typed")

    def test_name_needs_the_right(self):
        """What is remembered is told to people who may not read tiers."""
        self.assertEqual(self._shown(), ("Base", "Loyal", 3))
        user = self._create_user("tiering_badge_reader", "base.group_user")
        for record in (self.tier, self.segment):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                _name = record.with_user(user).display_name

    def test_found_by_what_is_shown(self):
        """Typing “★ Base”, as every screen shows it, found nothing."""
        Tier = self.env["customer.tier"].with_user(self.salesperson)
        self.tier.icon = "★"
        own = [("program_id", "=", self.program.id)]
        for text in ("★ Base", "★ ba", "★", "Base", "base"):
            with self.subTest(text):
                self.assertIn((self.tier.id, "★ Base"), Tier.name_search(text, own))
        for text in ("☆ Base", "★ Other"):
            self.assertFalse(Tier.name_search(text, own), text)
        self.assertEqual(Tier.name_search("★ Base", own, "="), [(self.tier.id, "★ Base")])
        self.assertFalse(Tier.name_search("★ Bas", own, "="))
        self.assertNotIn(self.tier, Tier.search([("display_name", "not ilike", "★ Base"), *own]))
        partners = self.env["res.partner"].with_user(self.salesperson)
        found = partners.search([("customer_tier_id", "ilike", "★ Base")])
        self.assertEqual(found, self.customer)

    def test_exported_and_imported(self):
        """Standings exported with “Tier Set by Hand” could not be imported again."""
        self.tier.icon = "★"
        standing = self.customer.customer_standing_id
        standing.manual_reason = "Known from the fair"
        names = ["manual_tier_id", "manual_reason"]
        (row,) = standing.export_data(names)["datas"]
        self.assertEqual(row[0], "★ Base")
        self.program.tier_ids[1].write({"icon": "★"})
        officer = self.env.ref("customer_tiering.group_user")
        user = self._create_user("tiering_importer", "base.group_user", group_ids=officer.ids)
        Standing = self.env["customer.tier.standing"].with_user(user)
        result = Standing.load([".id", *names], [[str(standing.id), *row]])
        self.assertEqual(result["ids"], standing.ids, result["messages"])
        self.assertEqual(standing.manual_tier_id, self.tier)
