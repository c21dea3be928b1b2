from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE

from ..explain import rhythm as words
from ..suggestion import ALSO, TIER, USUAL
from .product_pricelist import RULES_AT_ONCE


class ResPartner(models.Model):
    """What the customer may want to buy, and when."""

    _inherit = "res.partner"

    customer_has_suggestions = fields.Boolean(
        compute="_compute_customer_pages", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_suggestion_html = fields.Html(
        string="What to Buy",
        compute="_compute_customer_suggestion_html",
        sanitize=False,
        exportable=False,
        groups=SALESPEOPLE,
    )

    customer_has_rhythm = fields.Boolean(
        compute="_compute_customer_standing", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_rhythm_ids = fields.One2many(
        "customer.purchase.rhythm",
        string="Rhythm by Category",
        compute="_compute_customer_rhythm",
        groups=SALESPEOPLE,
    )
    customer_rhythm_picture = fields.Json(
        compute="_compute_customer_rhythm_picture",
        groups=SALESPEOPLE,
        exportable=False,
        export_string_translation=False,
    )
    customer_lost_text = fields.Text(
        string="No Longer Buys", compute="_compute_customer_rhythm", groups=SALESPEOPLE
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_pages(self):
        result = super()._compute_customer_pages()
        for partner in self:
            partner.customer_has_suggestions = partner.customer_is_graded
        return result

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_suggestion_html(self):
        for partner in self:
            # Who is not saved has bought nothing, and nobody types somebody else's into a form.
            customer = partner._origin
            partner.customer_suggestion_html = customer and customer._customer_suggestion_table(
                self.env.company
            )

    def _customer_suggestions(self, company, usual_size=None):
        """What to suggest to this customer, see ``customer.product.suggestion``: for quotations,
        its page, its reminders and its own page alike.

        :return: list of :class:`~..suggestion.Suggestion`
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["customer.product.suggestion"]._of(self, company, usual_size)

    def _customer_suggestion_titles(self):
        """Headings of the lists, in the order in which they are shown."""
        return {
            USUAL: self.env._("Usual products"),
            ALSO: self.env._("Goes with these"),
            TIER: self.env._("Also worth a mention"),
        }

    def _customer_suggestion_table(self, company):
        suggestions = self._customer_suggestions(company)
        promotions = self.env["customer.product.suggestion"]._promotions(self, company)
        if not suggestions and not promotions:
            return False
        values = {
            "suggestions": suggestions,
            "promotions": promotions,
            "titles": self._customer_suggestion_titles(),
        }
        return self.env["ir.qweb"]._render(
            "customer_tiering_reorder.customer_suggestion_table", values
        )

    def action_customer_quotation(self):
        """A new quotation for this customer with its usual products."""
        self.ensure_one()
        return self._customer_quotation(self.env.company).get_formview_action()

    def _customer_quotation(self, company, reminder=None):
        """A new quotation at the customer's prices with what it usually buys.

        It is saved, as core works out the lines of an unsaved one without the customer's list.

        :param reminder: ``customer.reminder`` that it is made from
        :return: ``sale.order``
        """
        quantities = {
            suggestion.product: suggestion.quantity
            for suggestion in self._customer_suggestions(company)
            if suggestion.ticked
        }
        products = self.env["product.product"].union(*quantities)
        Suggestion = self.env["customer.product.suggestion"]
        vals = Suggestion._order_vals(self, company, quantities)
        if reminder:
            vals["customer_reminder_id"] = reminder.id
        orders = RULES_AT_ONCE.on(self.env["sale.order"].with_company(company), products)
        return self.env["sale.order"].browse(orders.create(vals).id)

    @api.ondelete(at_uninstall=False)
    def _customer_reminder_keep_steps(self):
        """The database deletes what was planned for a contact along with it."""
        self.env["customer.reminder.step"]._follow_deleted(self)

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.purchase.rhythm"]._forget_deleted("partner_id", ids)
        return result

    # Rhythm by category

    def _customer_own_rhythms(self):
        """Domain of the rhythms of these customers in the current company."""
        customers = self.commercial_partner_id._origin
        return [("partner_id", "in", customers.ids), ("company_id", "=", self.env.company.id)]

    def _customer_rhythms(self):
        """What the reader may know of these customers; not what stands in a form.

        :return: dict ``res.partner`` → ``customer.purchase.rhythm``
        """
        found = self.env["customer.purchase.rhythm"].search(self._customer_own_rhythms())
        rows = found.grouped("partner_id")
        return {
            partner: rows.get(partner.commercial_partner_id._origin, found.browse())
            for partner in self
        }

    def _set_customer_standing(self, standing):
        # Known without a query: the page tells where there is nothing on it.
        self.customer_has_rhythm = bool(standing.last_order_date and self._origin)
        return super()._set_customer_standing(standing)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_rhythm(self):
        found = self._customer_rhythms()
        for partner in self:
            own = found[partner]
            partner.customer_rhythm_ids = own
            partner.customer_lost_text = "\n".join(words.lost_lines(own)) or False

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_rhythm_picture(self):
        company = self.env.company
        today = self.env["customer.tier.gather"]._today(company)
        for partner, rows in self._customer_rhythms().items():
            days = rows._days(partner.commercial_partner_id._origin, company) if rows else {}
            partner.customer_rhythm_picture = words.picture(rows, days, today) or False
