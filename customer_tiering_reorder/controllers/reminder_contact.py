from odoo import http
from odoo.http import request

from .plain_page import plain_page
from .posted import posted_json

REPORTED = ("sent", "confirmed", "failed")


class ReminderContact(http.Controller):
    """What customers and other programs answer to reminders without logging in: the signature in
    the address is the proof."""

    # Mail programs post without a page of ours, so without a token against forged requests.
    @http.route(
        "/customer_tiering/stop/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        sitemap=False,
    )
    def stop(self, token, **_kwargs):
        """The page of who wants no more reminders. Looking at it changes nothing: programs that
        scan mails open every link in them."""
        preferences = request.env["customer.contact.preference"]
        contact = preferences._of_stop_token(token)
        if not contact:
            raise request.not_found()
        if request.httprequest.method == "POST":
            preferences._stop(contact)
        known = preferences._of(contact)[contact]
        lang = request.env["res.lang"]._get_code(self._lang(contact))
        # Nothing but what is given to it can be reached from the page.
        env = request.env(su=True, context={**request.env.context, "lang": lang})
        values = {"stopped": known.no_reminders, "address": request.httprequest.path}
        return plain_page(env, "reminder_stop_page", values)

    def _lang(self, contact):
        known = request.env["customer.contact.preference"]._of(contact)[contact]
        return known.lang or contact.lang or request.env.lang

    @http.route(
        "/customer_tiering/handover/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        sitemap=False,
        save_session=False,
    )
    def handover(self, token, **posted):
        """A program says what became of a message that was handed over to it: ``state`` is
        ``sent``, ``confirmed`` or ``failed``, in a form or as JSON."""
        step = request.env["customer.reminder.step"]._of_receipt_token(token)
        if not step:
            raise request.not_found()
        state = posted_json({"state": "sent", **posted}).get("state")
        if state not in REPORTED:
            return request.make_json_response(
                {"error": f"state must be one of {', '.join(REPORTED)}"}, status=400
            )
        # One report after the other.
        if step.try_lock_for_update():
            step._report(state)
        return request.make_json_response({"state": step.state})
