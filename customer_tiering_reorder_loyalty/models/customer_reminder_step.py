from datetime import timedelta

from lxml import etree, html

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment

from .. import offer as offers

# Who finds another job at the same budget comes again after so long.
BUDGET_IS_TAKEN = timedelta(minutes=1)


class CustomerReminderStep(models.Model):
    """Contacts that carry an offer, which is made at the moment when they are sent."""

    _inherit = "customer.reminder.step"

    # For texts and hand-overs.
    offer_text = fields.Char(compute="_compute_offer", exportable=False)
    offer_code = fields.Char(compute="_compute_offer", exportable=False)

    @api.depends("reminder_id")
    @api.depends_context("lang")
    def _compute_offer(self):
        for step in self:
            reminder = step.reminder_id.with_context(lang=step.lang)
            step.offer_text = reminder._offer_text() if reminder else False
            step.offer_code = offers.code(reminder.sudo()) if step.offer_text else False

    # Making it

    def _make_ready(self):
        return super()._make_ready() and self._make_offer()

    def _make_offer(self):
        """Give what the rule's step offers, once in a reminder, or note why not.

        :return: False where it has to wait until another job has used the budget
        """
        step, reminder = self.step_id, self.reminder_id
        if not step.offer or reminder.arm != assignment.OFFER or reminder.offered_on:
            return True
        today = self.env["customer.tier.gather"]._today(self.company_id)
        standing = self.env["customer.tier.standing"].search(
            [("partner_id", "=", reminder.partner_id.id), ("company_id", "=", self.company_id.id)]
        )
        refusal = reminder._offer_refusal(step, standing, today)
        if not refusal:
            if not step._claim_budget():
                self.send_at = fields.Datetime.now() + BUDGET_IS_TAKEN
                return False
            cost = reminder._offer_cost(step, standing, today)
            if self._within_budget(cost, today):
                reminder._give_offer(step, self.partner_id, cost, today)
                return True
            step._release_budget()
            refusal = "budget"
        reminder.offer_refusal = refusal
        return True

    def _within_budget(self, cost, today):
        step = self.step_id
        count, spent = step._given_in_month(self.company_id, today)
        enough = not step.offer_budget_count or count < step.offer_budget_count
        currency = self.company_id.currency_id
        over = currency.compare_amounts(spent + cost.amount, step.offer_budget) > 0
        return enough and not (step.offer_budget and over)

    # Telling it

    def _besides(self):
        text = self.offer_text
        return (text, self.offer_code or text) if text else super()._besides()

    def _send_email(self):
        result = super()._send_email()
        mail, (text, told) = self.mail_id, self._besides()
        # Texts may tell it themselves.
        if mail and text and told not in (mail.body_html or ""):
            mail.body_html = _with_paragraph(mail.body_html, text)
        return result


def _with_paragraph(body, text):
    """A mail with a paragraph before the one with its first link, else at its end."""
    root = html.fragment_fromstring(body or "", create_parent="div")
    paragraph = etree.Element("p")
    etree.SubElement(paragraph, "strong").text = text
    links = root.xpath("//p[.//a]")
    if links:
        links[0].addprevious(paragraph)
    else:
        root.append(paragraph)
    return html.tostring(root, encoding="unicode")
