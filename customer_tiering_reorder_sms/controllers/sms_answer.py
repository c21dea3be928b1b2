from odoo import http
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
        if request.httprequest.mimetype == "application/json":
            told = request.get_json_data()
            posted = told if isinstance(told, dict) else {}
        number = next(filter(None, map(posted.get, NUMBERS)), "")
        text = next(filter(None, map(posted.get, TEXTS)), "")
        blacklist = request.env["phone.blacklist"]
        blacklist._customer_reminder_answer(str(number), str(text), company)
        return request.make_response("", headers={"Content-Type": "text/plain; charset=utf-8"})
