from odoo import fields
from odoo.fields import Command

from .common import TieringCommon


class InvoiceCase(TieringCommon):
    """A company that keeps books, and a bookkeeper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Chart = cls.env["account.chart.template"]
        for company in (cls.company, cls.company_b):
            Chart.try_loading("generic_coa", company=company, install_demo=False)
            # The chart is for the United States.
            company.write(
                {
                    "currency_id": cls.currency.id,
                    "account_sale_tax_id": False,
                    "account_purchase_tax_id": False,
                }
            )
        cls.bookkeeper = cls._create_user("tiering_bookkeeper", "account.group_account_invoice")
        cls.program = cls._create_program(tiers=["Everybody"])
        cls.customer = cls._create_customer("Late Payer")
        cls.contact = cls._create_customer("Their Office", parent_id=cls.customer.id)
        cls.dispute = cls.quick_ref("customer_tiering.late_reason_dispute")
        cls.cash = cls.quick_ref("customer_tiering.late_reason_cash")

    @classmethod
    def _create_invoice(
        cls, partner, amount=100.0, kind="out_invoice", company=None, post=True, **vals
    ):
        company = company or cls.company
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": kind,
                    "partner_id": partner.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": amount, "tax_ids": False})
                    ],
                    **vals,
                }
            )
        )
        if post:
            move.action_post()
        return move

    def _stale(self):
        """Customers who wait for a grading; emptied by looking."""
        rows = self.env["customer.tier.stale"].search([("company_id", "=", self.company.id)])
        partners = rows.partner_id
        rows.unlink()
        return partners
