from odoo.addons.customer_tiering_credit_control.tests.common import QuotationCase
from odoo.fields import Command, Datetime
from odoo.tools import html2plaintext

CASHIER = "base.group_user,point_of_sale.group_pos_user"


class TillCase(QuotationCase):
    """A till of a company that wants approvals, where the customer can pay by card or have it put
    on its account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"
        # The core lets only salespeople settle orders there.
        groups = "point_of_sale.group_pos_user,sales_team.group_sale_salesman_all_leads"
        cls.cashier = cls._create_user("tiering_cashier", groups)
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        company = {"company_id": cls.company.id}
        cls.card, cls.account = cls.env["pos.payment.method"].create(
            [
                {"name": "Card", "journal_id": journal.id, **company},
                {"name": "Customer Account", "split_transactions": True, **company},
            ]
        )
        cls.till = cls.env["pos.config"].create(
            {
                "name": "Till",
                "payment_method_ids": [Command.set((cls.card + cls.account).ids)],
                "down_payment_product_id": cls.env.ref("pos_sale.default_downpayment_product").id,
                **company,
            }
        )
        cls.till.with_user(cls.cashier).open_ui()

    def _settle(self, order, amount=None, method=None, line=None, **vals):
        """What the till sends when somebody pays there; less than the order is a deposit, but for
        one line of it."""
        amount = amount or order.amount_total
        deposit = amount < order.amount_total and not line
        product = self.till.down_payment_product_id if deposit else order.order_line.product_id
        settled = line or order.order_line
        line = {
            "product_id": product.id,
            "qty": 1,
            "discount": 0,
            "pack_lot_ids": [],
            "tax_ids": [],
            "sale_order_origin_id": order.id,
            "sale_order_line_id": not deposit and settled.id,
            **dict.fromkeys(("price_unit", "price_subtotal", "price_subtotal_incl"), amount),
        }
        self._sync(order.partner_id, [line], [(method or self.card, amount)], order.name, **vals)

    def _sell(self, amount, method=None, partner=None, parts=None, **vals):
        """Goods of an amount, without any quotation.

        :param parts: pairs of method and amount, for what is paid in several ways
        """
        line = {
            "product_id": self.product.id,
            "qty": 1,
            "discount": 0,
            "pack_lot_ids": [],
            "tax_ids": [],
            **dict.fromkeys(("price_unit", "price_subtotal", "price_subtotal_incl"), amount),
        }
        parts = parts or [(method or self.account, amount)]
        return self._sync(partner or self.contact, [line], parts, **vals)

    def _sync(self, partner, lines, payments, name=None, **vals):
        self.sold = getattr(self, "sold", 0) + 1
        amount = sum(line["price_subtotal_incl"] for line in lines)
        paid = [
            {"name": Datetime.now(), "amount": part, "payment_method_id": method.id}
            for method, part in payments
        ]
        values = {
            "name": f"Till {name or self.sold}",
            "uuid": f"till-{name}-{self.sold}",
            "session_id": self.till.current_session_id.id,
            "user_id": self.cashier.id,
            "partner_id": partner.id,
            "date_order": Datetime.to_string(Datetime.now()),
            "fiscal_position_id": False,
            "sequence_number": 1,
            "last_order_preparation_change": "{}",
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [Command.create(payment) for payment in paid],
            **vals,
        }
        sold = self.env["pos.order"].with_user(self.cashier).sync_from_ui([values])
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["pos.order"].browse([order["id"] for order in sold["pos.order"]])

    def _used(self, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        partner = partner or self.customer
        return partner._customer_credit_positions(self.company)[partner].used

    def _notes(self, order):
        return html2plaintext(" ".join(order.sudo().message_ids.mapped("body")))
