from odoo import api, fields, models

from ..numbers import can_receive_sms
from .customer_reminder_link import LENGTH

TEMPLATE = "customer_tiering_reorder_sms.sms_template_reminder"
# Of the address in texts, as long as a real one.
STAND_IN = f"/o/{'x' * LENGTH}"
# After these another channel may reach the customer.
UNREACHED = {"no_number", "landline"}


class CustomerReminderStep(models.Model):
    """Contacts by SMS, sent by core's queue; what the provider reports comes back to them."""

    _inherit = "customer.reminder.step"

    channel = fields.Selection(
        selection_add=[("sms", "SMS")],
        # History is nobody's to delete; see the hook that goes before.
        ondelete={"sms": lambda steps: steps.write({"channel": "action"})},
    )
    skip_reason = fields.Selection(
        selection_add=[
            ("no_number", "No valid phone number"),
            ("landline", "A landline gets no SMS"),
        ],
        ondelete={"no_number": "set null", "landline": "set null"},
    )
    sms_uuid = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        exportable=False,
        export_string_translation=False,
    )
    sms_delivered_on = fields.Datetime(string="SMS Delivered On", readonly=True, copy=False)
    # A stand-in: the one that opens is made when the message is, and only stands in there.
    short_url = fields.Char(
        compute="_compute_short_url", groups="base.group_system", exportable=False
    )

    @api.depends("reminder_id")
    def _compute_short_url(self):
        for step in self:
            step.short_url = f"{step.reminder_id.get_base_url()}{STAND_IN}"

    # Planning

    @api.model
    def _address_field(self, channel):
        return "phone_sanitized" if channel == "sms" else super()._address_field(channel)

    def _unreached(self):
        return super()._unreached() | UNREACHED

    def _next_channel(self):
        return "email" if self.channel == "sms" else super()._next_channel()

    def _unwanted(self):
        if reason := super()._unwanted():
            return reason
        if self.channel != "sms":
            return ""
        # The list is nobody's to read.
        contact = self.partner_id.sudo()
        if not contact.phone_sanitized:
            return "no_number"
        if contact.phone_sanitized_blacklisted:
            return "blacklisted"
        return "" if can_receive_sms(contact.phone_sanitized) else "landline"

    # Sending

    def _send_sms(self):
        """Put it into core's queue, with what tells the step how it went."""
        template = self.step_id.sms_template_id or self.env.ref(TEMPLATE)
        sms = (
            self.env["sms.sms"]
            .sudo()
            .create(
                {
                    # Without a message: colleagues shall not find the customer's link in notes.
                    "body": self._sms_text(template),
                    "number": self.partner_id.sudo().phone_sanitized,
                    "partner_id": self.partner_id.id,
                }
            )
        )
        self.env["sms.tracker"].sudo().create(
            {"sms_uuid": sms.uuid, "customer_reminder_step_id": self.id}
        )
        self.write(
            {
                "state": "sent",
                "sent_at": fields.Datetime.now(),
                "sms_uuid": sms.uuid,
                "subject": template.with_context(lang=self.lang).name,
                "skip_reason": False,
            }
        )

    def _sms_text(self, template):
        """The text with a link of its own."""
        # Only text is made with all rights, of what an administrator wrote.
        template = template.sudo()
        text = str(template._render_field("body", self.ids, compute_lang=True)[self.id])
        sentence, told = self._besides()
        if told not in text:
            text = with_sentence(text, sentence)
        if STAND_IN in text:
            text = text.replace(STAND_IN, f"/o/{self.env['customer.reminder.link']._make(self)}")
        return text

    def _note_sms(self, state):
        """Take what the provider reports.

        :param state: ``delivered``, or a text about the failure
        """
        for step in self.filtered(lambda step: step.state == "sent"):
            if state == "delivered":
                step.sms_delivered_on = fields.Datetime.now()
            elif not step.sms_delivered_on:
                step._fail("failed", state)
                step._trigger_job()


def with_sentence(text, sentence):
    """A text with a sentence before its link, else at its end."""
    if not sentence:
        return text
    words = text.split(" ")
    link = next((n for n, word in enumerate(words) if STAND_IN in word), len(words))
    return " ".join([*words[:link], sentence, *words[link:]]).strip()
