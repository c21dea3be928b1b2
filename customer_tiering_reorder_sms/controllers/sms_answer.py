from odoo import http
from odoo.addons.customer_tiering_reorder.controllers.posted import posted_json
from odoo.http import request

# What providers call the number and the text of an answer.
NUMBERS, TEXTS = ("From", "from", "msisdn", "number"), ("Body", "body", "text", "message")


class SmsAnswer(http.Controller):
    """Where an SMS provider passes on what customers answer; the signature in the address is the
    proof."""

    @http.route(
        "/customer_tiering/sms/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        sitemap=False,
        save_session=False,
    )
    def answer(self, token, **posted):
        company = request.env["res.config.settings"]._customer_reminder_sms_company(token)
        if not company:
            raise request.not_found()
        posted = posted_json(posted)
        number, text = (self._first(posted, names) for names in (NUMBERS, TEXTS))
        request.env["phone.blacklist"]._customer_reminder_answer(number, text, company)
        return request.make_response("", headers={"Content-Type": "text/plain; charset=utf-8"})

    @staticmethod
    def _first(posted, names):
        """The first of some values that is a text, or a number, as JSON may have it."""
        values = (posted.get(name) for name in names)
        return next((str(value) for value in values if value and isinstance(value, str | int)), "")
