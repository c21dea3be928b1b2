import base64

from odoo import http
from odoo.http import request

from .plain_page import HEADERS
from .rate_limit import RateLimit

LIMIT = RateLimit(60)
# One transparent point.
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class PageSeen(http.Controller):
    """A picture on the page where customers order again, by which is noted that the page was seen.

    Programs that scan mails open pages as well, mostly without their pictures: the figure is shown
    as not reliable, and nothing hangs on it.
    """

    @http.route(
        "/o/<string:token>/seen",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        save_session=False,
    )
    def seen(self, token):
        """The picture, whatever the token is."""
        asked = request.httprequest
        # What is fetched before anybody looks, or only asked for, is no look.
        ahead = any(name in asked.headers for name in ("Sec-Purpose", "Purpose", "X-Moz"))
        if asked.method == "GET" and not ahead and LIMIT.allows(asked.remote_addr):
            reminder, _contact, _age = request.env["customer.reminder"]._of_reorder_token(token)
            # Colleagues who look are no customers.
            if reminder and not request.env.user._is_internal():
                reminder._note_opened()
        return request.make_response(DOT, headers={**HEADERS, "Content-Type": "image/gif"})
