from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .till_common import TillCommon


@tagged("post_install", "-at_install")
class TestTill(TillCommon):
    """Tier prices at the till, where the standard list gives 20 % to everybody."""

    def test_gold_customer(self):
        """A Gold customer chosen at the till pays what everybody pays, as nobody added the list of
        the tier to the till; and the cashier does not see the tier. Taking the customer off the
        order, or closing the list without choosing one, broke the till."""
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till")

    def test_cases(self):
        """Who pays what at the till: by tier, contact, agreed list, and after what happened."""
        company = self.program.company_id
        vals = [{"name": "Till Archived", "sequence": 3, "discount": 30}]
        vals += [{"name": "Till Nothing", "sequence": 4, "discount": 40}]
        vals += [{"name": "Till Linked", "sequence": 5}, {"name": "Till Best", "sequence": 6}]
        self.program.tier_ids = [Command.create(tier) for tier in vals]
        regular, gold, archived, nothing, linked, best = self.program.tier_ids
        best.discount = 20
        rule = {"applied_on": "3_global", "compute_price": "percentage"}
        lists = self.env["product.pricelist"].create(
            [
                {"name": name, "item_ids": [Command.create({**rule, "percent_price": percent})]}
                for name, percent in (("Till Agreed", 50.0), ("Till Linked", 70.0))
            ]
        )
        self.till.available_pricelist_ids += lists[0]
        linked.pricelist_id = lists[1]
        partners = {
            name: self.env["res.partner"].create({"name": f"Till Case {name}", "is_company": True})
            for name in ("Gold", "Plain", "Agreed", "Promoted", "Demoted", "Archived")
        }
        for name in ("No Discount", "Linked"):
            partners[name] = partners["Gold"].copy({"name": f"Till Case {name}"})
        partners["Gold"].child_ids = [Command.create({"name": "Till Case Contact"})]
        partners["Agreed"].with_company(company).property_product_pricelist = lists[0]
        tiers = {
            "Gold": gold,
            "Agreed": gold,
            "Promoted": gold,
            "Demoted": gold,
            "Archived": archived,
            "No Discount": nothing,
            "Linked": linked,
        }
        standings = {
            name: self.env["customer.tier.standing"]
            .sudo()
            .create(
                {
                    "partner_id": partners[name].id,
                    "company_id": company.id,
                    "manual_tier_id": tier.id,
                }
            )
            for name, tier in tiers.items()
        }
        standings["Promoted"].manual_tier_id = best
        standings["Demoted"].manual_tier_id = regular
        archived.active = False
        nothing.discount = 0
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_cases")

    def test_lists_that_are_loaded(self):
        """A tier's list is loaded without the list that it builds on, and has no price then."""
        lists = self.till._get_available_pricelists()
        self.assertIn(self.gold.pricelist_id, lists)
        self.assertIn(self.standard, lists)
        self.assertNotIn(self.gold.pricelist_id, self.till.available_pricelist_ids)
        self.gold.discount = 0
        self.assertEqual(self.till._get_available_pricelists(), self.standard)

    def test_other_currency(self):
        """A tier's list in another currency cannot be opened at the till."""
        dollar = self.setup_other_currency("CAD")
        group = self.env["res.country.group"].create(
            {"name": "Till Canada", "country_ids": [Command.link(self.env.ref("base.ca").id)]}
        )
        self.env["product.pricelist"].create(
            {
                "name": "Canada",
                "currency_id": dollar.id,
                "country_group_ids": [Command.link(group.id)],
            }
        )
        lists = self.till._get_available_pricelists()
        self.assertEqual(lists.currency_id, self.till.currency_id)

    def test_default_of_the_till(self):
        """A till whose default is another list than the company's sold to Gold customers on top of
        the company's, so that they could pay more than nobody; and customers without a tier got the
        company's list, which was there for the tier's alone."""
        self._sell_by(self._list("Till Cheap", 50))
        for name, tier in (("Till Case Gold", self.gold), ("Till Case Plain", None)):
            partner = self.customer.copy({"name": name})
            if tier:
                self._grade(partner, tier)
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_default")

    def test_till_without_a_default(self):
        """Where a till has lists, but no default one, whoever has none of them pays the catalogue's
        prices: Gold customers, too, as no list of theirs was on top of these."""
        self._sell_by(self._list("Till Cheap", 50))
        self.till.pricelist_id = False
        self._grade(self.customer.copy({"name": "Till Case Gold"}), self.gold)
        self.customer.copy({"name": "Till Case Plain"})
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_catalogue")

    def test_till_that_goes(self):
        """The tier's list on top of the default list of a till outlived the till."""
        cheap = self._list("Till Cheap", 50)
        other = self.env["pos.config"].create(
            {
                "name": "For a Day",
                "use_pricelist": True,
                "available_pricelist_ids": [Command.set(cheap.ids)],
                "pricelist_id": cheap.id,
            }
        )
        self.assertIn(cheap, self.gold.own_pricelist_ids.customer_tier_base_id)
        other.unlink()
        self.assertNotIn(cheap, self.gold.own_pricelist_ids.customer_tier_base_id)

    def test_nobodys_default(self):
        """A tier's list as the default of a till, or of a way to order, is everybody's."""
        with self.assertRaisesRegex(ValidationError, "everybody"):
            self.till.write(
                {
                    "available_pricelist_ids": [Command.link(self.gold.pricelist_id.id)],
                    "pricelist_id": self.gold.pricelist_id.id,
                }
            )
        with self.assertRaisesRegex(ValidationError, "everybody"):
            self.env["pos.preset"].create(
                {"name": "Take Away", "pricelist_id": self.gold.pricelist_id.id}
            )

    def test_proposed_by_the_settings(self):
        """Where lists were in another currency, the settings proposed every list in the new one,
        and the first as the till's default: a tier's, where its is the only one."""
        self.standard.active = False
        self.till.use_pricelist = False
        euro = self.till.currency_id
        foreign = self._list("Till Foreign", 5)
        linked = self.program.tier_ids[0].pricelist_id = self._list("Till Linked", 5)
        foreign.currency_id = self.setup_other_currency("CAD")
        settings = self.env["res.config.settings"].new(
            {"pos_config_id": self.till.id, "pos_use_pricelist": True}
        )
        settings.pos_available_pricelist_ids = foreign
        settings._compute_pos_pricelist_id()
        self.assertEqual(linked.currency_id, euro)
        self.assertTrue(linked.customer_tier_only)
        self.assertFalse(settings.pos_pricelist_id.customer_tier_only)
        self.assertFalse(settings.pos_available_pricelist_ids.filtered("customer_tier_only"))

    def test_linked_after_the_till(self):
        """A list that a till sells by to everybody stays everybody's when a tier gets it."""
        self._sell_by(self._list("Till Cheap", 50))
        self.gold.pricelist_id = self.till.pricelist_id
        self.assertFalse(self.till.pricelist_id.customer_tier_only)

    def test_opened_before(self):
        """A till that was open before loads contacts written to since. Nothing is written to who
        was promoted overnight: the till went on with the old price."""
        best = self.env["customer.tier"].create(
            {"name": "Till Best", "sequence": 9, "program_id": self.program.id, "discount": 20}
        )
        other = self.customer.copy({"name": "Till Stays"})
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.customer.id})
        self._grade(other, self.gold)
        opened = fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=1))
        standing = (
            self.env["customer.tier.standing"]
            .sudo()
            .search([("partner_id", "in", (self.customer | other).ids)])
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE customer_tier_change SET date = date - 30")
        self.env.invalidate_all()
        standing.filtered(lambda s: s.partner_id == self.customer).manual_tier_id = best
        Partner = self.env["res.partner"].with_context(pos_last_server_date=opened)
        everybody = (self.customer | other | contact).ids
        domain = Partner._server_date_to_domain([("id", "in", everybody)])
        self.assertEqual(Partner.search(domain), self.customer | contact)

    def test_lists_changed_since_the_last_opening(self):
        """A tier that got a discount after the till was open had none there: nothing was written
        to its customers, and the list it builds on is older than that."""
        self.till.flush_recordset()
        self.env.cr.execute("UPDATE pos_config SET last_data_change = '2020-01-01'")
        self.till.invalidate_recordset()
        self.program.tier_ids[0].discount = 5
        self.assertGreater(self.till.last_data_change.year, 2020)
        self.env.cr.execute("UPDATE pos_config SET last_data_change = '2020-01-01'")
        self.till.invalidate_recordset()
        self.program.gives_prices = False
        self.assertGreater(self.till.last_data_change.year, 2020)

    def test_upgrade(self):
        """Databases of the version before have no list on top of a till's default."""
        cheap = self._list("Till Cheap", 50)
        self.till.flush_recordset()
        self.env.cr.execute(
            "UPDATE pos_config SET pricelist_id = %s WHERE id = %s", [cheap.id, self.till.id]
        )
        self.env.invalidate_all()
        self.assertNotIn(cheap, self.gold.own_pricelist_ids.customer_tier_base_id)
        folder = "customer_tiering_point_of_sale/migrations/19.0.1.1.0"
        path = file_path(f"{folder}/post-defaults-of-tills.py")
        load_script(path, "post_defaults").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertIn(cheap, self.gold.own_pricelist_ids.customer_tier_base_id)

    def test_without_pricelists(self):
        """A till without flexible pricelists has no tier prices, and nothing says so."""
        self.assertFalse(self.till.customer_tier_warning)
        self.assertFalse(self.gold.pricelist_warning)
        self.till.use_pricelist = False
        # As the next request would.
        self.env.invalidate_all()
        self.assertIn("Flexible Pricelists", self.till.customer_tier_warning)
        self.assertIn(self.till.name, self.gold.pricelist_warning)
        self.assertNotIn(self.gold.pricelist_id, self.till._get_available_pricelists())

    def test_cashier_reads_the_tier(self):
        """A cashier without any right on sales cannot open the till, as a field is refused."""
        data = self.env["res.partner"].with_user(self.pos_user)
        self.assertIn("pos_customer_tier", data._load_pos_data_fields(self.till))
        read = self.customer.with_user(self.pos_user).read(["pos_customer_tier"])
        self.assertEqual(read[0]["pos_customer_tier"], "Till Gold")

    def test_tips_are_no_goods(self):
        """Tips were pieces and products of the customer who gave them."""
        tips = self.env["product.product"].create({"name": "Tips", "type": "service"})
        self.till.tip_product_id = tips
        due = self.env["customer.tier.due"]
        self.assertIn(tips.id, due._no_goods_stamp(self.till.company_id))

    def test_refund_of_what_was_not_invoiced(self):
        """A till sold 200 without an invoice, which counts nowhere; the credit note for it took 200
        off the customer's orders."""
        self.till.open_ui()
        sold = self._sell(2.0)
        back = sold._refund()
        self._pay(back)
        back.action_pos_order_invoice()
        self.assertEqual(back.account_move.move_type, "out_refund")
        self.assertEqual(back.account_move.amount_untaxed, 200.0)
        self.env.flush_all()
        gather, company = self.env["customer.tier.gather"], self.till.company_id
        scope = gather._scope_of(self.customer.ids)
        for basis in ("ordered", "invoiced"):
            found = gather._purchases(company, fields.Date.today(), scope, basis)
            self.assertFalse(found["amount"].sum(), basis)
        loose = back.account_move.copy()
        loose.invoice_date = fields.Date.today()
        loose.action_post()
        self.env.flush_all()
        for basis in ("ordered", "invoiced"):
            found = gather._purchases(company, fields.Date.today(), scope, basis)
            self.assertEqual(found["amount"].sum(), -200.0, basis)

    def test_refund_of_a_settled_order(self):
        """An order was settled at the till without an invoice, and brought back there: it counted
        as bought for ever. A part of it is taken off, all of it leaves no order, and a credit note
        for it takes nothing off once more."""
        env, company = self.env, self.till.company_id
        product = env["product.product"].search([("name", "=", "Tier Coffee")])
        line = {"product_id": product.id, "product_uom_qty": 10, "price_unit": 100.0}
        order = env["sale.order"].create(
            {"partner_id": self.customer.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        self.till.open_ui()
        sold = self._sell(
            10.0, sale_order_origin_id=order.id, sale_order_line_id=order.order_line.id
        )
        env.flush_all()
        self.assertEqual(self._bought(), (1000.0, 1))
        stale = env["customer.tier.stale"].sudo()
        stale.search([]).unlink()
        back = sold._refund()
        back.lines.qty = -3
        back.lines._onchange_amount_line_all()
        back._compute_prices()
        self.assertEqual(self._bought(), (1000.0, 1), "not taken back yet")
        self._pay(back)
        self.assertEqual(stale.search([]).partner_id, self.customer)
        self.assertEqual(self._bought(), (700.0, 1))
        self._pay(sold._refund())
        self.assertEqual(self._bought(), (0.0, 0))
        back.action_pos_order_invoice()
        self.assertEqual(back.account_move.amount_untaxed, 300.0)
        self.assertEqual(self._bought(), (0.0, 0))
        standing = env["customer.tier.standing"].search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", company.id)]
        )
        today = fields.Date.today()
        records = dict(standing._came_back_records(today, today))
        found = env["pos.order"].search(records["pos.order"])
        self.assertEqual(
            found, sold.refund_orders_count and sold.lines.refund_orderline_ids.order_id
        )
        gather = env["customer.tier.gather"]
        conditions = gather._came_back_conditions(gather._scope_of(self.customer.ids), company)
        self.assertIn((True,), [env.execute_query(SQL("SELECT %s", one))[0] for one in conditions])

    def test_odd_products(self):
        """What an attribute costs extra was free for Gold customers, as the core leaves it out of
        lists that build on another; and they got less than others for what they brought back."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Grind",
                "display_type": "radio",
                "create_variant": "no_variant",
                "value_ids": [
                    Command.create({"name": "Coarse"}),
                    Command.create({"name": "Fine", "default_extra_price": 10.0}),
                ],
            }
        )
        product = {"available_in_pos": True, "taxes_id": False, "type": "consu"}
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        self.env["product.template"].create(
            [
                {"name": "Tier Crate", "list_price": -5.0, **product},
                {
                    "name": "Tier Ground",
                    "list_price": 100.0,
                    "attribute_line_ids": [Command.create(line)],
                    **product,
                },
            ]
        )
        # What is on top of the catalogue's prices is right in the core.
        self._sell_by(self._list("Till Plain", 0))
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_odd")

    def test_ways_of_ordering(self):
        """With a way of ordering that has a list of its own, Gold customers paid as everybody; and
        after one without a list was chosen, they did so, too."""
        away, counter = self.env["pos.preset"].create(
            [
                {"name": "Till Take-away", "pricelist_id": self._list("Till Away", 5).id},
                {"name": "Till Counter"},
            ]
        )
        self.till.write(
            {
                "use_presets": True,
                "default_preset_id": counter.id,
                "available_preset_ids": [Command.set((away | counter).ids)],
            }
        )
        self.assertIn(away.pricelist_id, self.gold.own_pricelist_ids.customer_tier_base_id)
        self.customer.copy({"name": "Till Case Plain"})
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_presets")

    def test_list_of_a_preset_that_goes(self):
        """The tier's list on top of a preset's outlived the preset's list."""
        preset = self.env["pos.preset"].create({"name": "Till Take-away"})
        self.till.write({"use_presets": True, "available_preset_ids": [Command.link(preset.id)]})
        preset.pricelist_id = away = self._list("Till Away", 5)
        self.assertIn(away, self.gold.own_pricelist_ids.customer_tier_base_id)
        # As databases of the version before have it.
        self.gold.own_pricelist_ids.filtered(
            lambda one: one.customer_tier_base_id == away
        ).customer_tier_id = False
        self.env.invalidate_all()
        folder = "customer_tiering_point_of_sale/migrations/19.0.1.2.0"
        script = load_script(file_path(f"{folder}/post-lists-of-presets.py"), "post_presets")
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertIn(away, self.gold.own_pricelist_ids.customer_tier_base_id)
        preset.pricelist_id = False
        self.env.invalidate_all()
        self.assertNotIn(away, self.gold.own_pricelist_ids.customer_tier_base_id)
