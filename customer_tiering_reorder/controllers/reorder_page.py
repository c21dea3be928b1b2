import math

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import format_amount
from odoo.tools.misc import get_lang

from ..models.customer_reminder import LATER_DAYS
from .plain_page import HEADERS, plain_page
from .rate_limit import RateLimit

LIMIT = RateLimit(30)
# Names of the fields with quantities: this and the id of the product.
QUANTITY = "q"
# No more digits than quantities of orders keep.
MOST = 1_000_000_000


class ReorderPage(http.Controller):
    """Where a customer orders again without logging in: the signature in the address is the proof.

    Looking at the page changes nothing, as programs that scan mails open every link in them. There
    is no cookie, script or session, so posts have no token of a session either: whoever can forge
    one has the address, and could as well press the button.
    """

    @http.route(
        "/o/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        sitemap=False,
        save_session=False,
    )
    def page(self, token, **posted):
        """What the customer may want to buy, and what it says to that."""
        reminder, contact, age = self._opened(token)
        # By the link, where there is one: behind a proxy that Odoo is not told of (proxy_mode),
        # all customers have one address.
        if not LIMIT.allows(reminder.id or request.httprequest.remote_addr):
            return self._too_many()
        if not reminder:
            return self._nothing()
        if request.httprequest.method == "POST":
            return self._answer(reminder, contact, age, posted)
        return self._shown(reminder, contact, age)

    def _answer(self, reminder, contact, age, posted):
        """Order, ask later, have enough, hear no more, or say what one thinks of being
        reminded."""
        action = posted.get("action")
        if action == "order":
            opens = self._opens_order(reminder, contact, age)
            order = reminder._order_again(contact, self._wanted(posted), by_mail=not opens)
            if order and opens:
                return self._redirect(self._order_url(order, reminder, age))
            if order:
                return self._redirect(request.httprequest.path)
            if reminder._is_closed():
                return self._redirect(request.httprequest.path)
            error = reminder.env._("Please give a quantity for at least one product.")
            return self._shown(reminder, contact, age, error=error, status=400)
        if action == "later":
            days = str(posted.get("days"))
            reminder._later(int(days) if days.isdecimal() and len(days) < 4 else 0)
        elif action == "enough":
            reminder._enough()
        elif action == "stop":
            reminder._stop(contact)
        elif action in ("useful", "useless"):
            reminder._say_useful(action == "useful")
        return self._redirect(request.httprequest.path)

    # Who is there

    def _opened(self, token):
        """The reminder and the contact of a link, in the contact's language and the reminder's
        company. Who is logged in as somebody else's portal user gets nothing."""
        nothing = request.env["customer.reminder"], None, 0
        reminder, contact, age = request.env["customer.reminder"]._of_reorder_token(token)
        if not reminder:
            return nothing
        user = request.env.user
        logged_in = not user._is_public() and user.share
        customer = reminder.partner_id.commercial_partner_id
        if logged_in and user.sudo().partner_id.commercial_partner_id != customer:
            return nothing
        lang = get_lang(reminder.env, self._lang(contact)).code
        company = reminder.company_id
        context = {"lang": lang, "allowed_company_ids": company.ids}
        if request.httprequest.method == "POST":
            # What is asked for is dated by the customer's day.
            context["tz"] = contact.tz or company.partner_id.tz or "UTC"
        return reminder.with_context(**context), contact.with_context(**context), age

    def _lang(self, contact):
        """Hook: the language of the page."""
        preferences = contact.env["customer.contact.preference"]
        return preferences._of(contact)[contact].lang or contact.lang

    def _wanted(self, posted):
        """Quantities by product id; what is no number above nothing is not wanted."""
        wanted = {}
        for name, text in posted.items():
            product = name.removeprefix(QUANTITY)
            if product == name or not product.isdecimal() or len(product) > 10:
                continue
            try:
                quantity = float(str(text).strip().replace(",", "."))
            except ValueError:
                continue
            if math.isfinite(quantity) and 0 < quantity <= MOST:
                wanted[int(product)] = round(quantity, 2)
        return wanted

    # What is shown

    def _shown(self, reminder, contact, age, error="", status=200):
        values = {
            **self._page_values(reminder, contact, age),
            "error": error,
            "address": request.httprequest.path,
        }
        if not values["quotation"] and not reminder._is_closed():
            values |= self._list_values(reminder, contact, age)
        return plain_page(reminder.env, "reorder_page", values, status)

    def _page_values(self, reminder, contact, age):
        """Plain values: nothing of the records can be reached from the page."""
        env = reminder.env
        # The first name only, as the message may be passed on.
        name = "" if contact.is_company else (contact.name or "").split(" ")[0]
        seller = self._seller(reminder)
        city, order = reminder.partner_id.city, reminder._quotation_open()
        return {
            "company": {"id": reminder.company_id.id, "name": reminder.company_id.name},
            "greeting": env._("Hello %s,", name) if name else env._("Hello,"),
            "phone": seller.phone or reminder.company_id.phone,
            "call": env._("Questions? Call %s:", seller.name or reminder.company_id.name),
            "delivery": env._("Delivery to %s.", city) if city else "",
            "quotation": self._quotation_text(order),
            "opens": bool(order) and self._opens_order(reminder, contact, age),
            "open_text": self._open_text(reminder),
            "confirmed": order.state == "sale",
            "ordered": reminder.state == "ordered",
            "answer": reminder.answer,
            "usefulness": reminder.usefulness,
            "later_days": [(days, env._("%s days", days)) for days in LATER_DAYS],
        }

    def _seller(self, reminder):
        """Whom the customer may call, as a contact that is read together with the company's."""
        user = reminder.partner_id.user_id or reminder.user_id
        company = reminder.company_id.partner_id
        domain = Domain("id", "=", company.id) | Domain("user_ids", "in", user.ids)
        found = company.with_context(active_test=False).search_fetch(domain)
        return (found - company).with_context(active_test=True)[:1]

    def _quotation_text(self, order):
        if order.state == "sale":
            return order.env._("Thank you, order %s is confirmed.", order.name)
        return order.env._("Your quotation %s is ready.", order.name) if order else ""

    def _shows_prices(self, company, age):
        """Whether who has the address sees prices, so many days after it was sent."""
        return age <= company.customer_reorder_price_days or not request.env.user._is_public()

    def _opens_order(self, reminder, contact, age):
        """Whether the customer can open what it orders: while prices are shown, or by logging
        in."""
        return self._shows_prices(reminder.company_id, age) or bool(contact.user_ids)

    def _open_text(self, reminder):
        """Hook: what the button says."""
        return reminder.env._("Open my quotation")

    def _order_url(self, order, reminder, age):
        """Where the customer sees its quotation: without logging in while prices are shown."""
        if self._shows_prices(reminder.company_id, age):
            return order.get_portal_url()
        return f"/my/orders/{order.id}"

    def _list_values(self, reminder, contact, age):
        company = reminder.company_id
        suggestions = reminder.partner_id._customer_suggestions(company)
        shown = self._shows_prices(company, age)
        prices = self._prices(contact, company, suggestions) if shown else {}
        titles = reminder.partner_id._customer_suggestion_titles()
        blocks = [
            {
                "title": titles[block],
                "rows": [self._row(s, prices) for s in suggestions if s.block == block],
            }
            for block in titles
        ]
        blocks = [block for block in blocks if block["rows"]]
        Suggestion = reminder.env["customer.product.suggestion"]
        return {
            "blocks": blocks,
            # As of an order, which is made out to whoever orders.
            "promotions": Suggestion._promotions(contact, company),
            "has_prices": bool(prices),
            "taxed": prices.get("taxed"),
        }

    def _row(self, suggestion, prices):
        product = suggestion.product
        return {
            "id": product.id,
            "name": product.with_context(display_default_code=False).display_name,
            "unit": product.uom_id.name,
            "quantity": suggestion.quantity_text if suggestion.ticked else "0",
            "usual": suggestion.quantity_text,
            "reason": suggestion.told,
            **prices.get(product.id, {}),
        }

    def _prices(self, contact, company, suggestions):
        """The customer's prices of the quantities shown, as a quotation has them: dict product id
        → text of price and saving against the price without the tier."""
        quantities = {s.product: s.quantity for s in suggestions}
        if not quantities:
            return {}
        env = contact.env
        Suggestion = env["customer.product.suggestion"]
        prices, currency, taxed = Suggestion._prices(contact, company, quantities)
        result = {"taxed": taxed}
        for product, (unit, before) in prices.items():
            row = {"price": format_amount(env, unit, currency)}
            saves = currency.compare_amounts(before, unit) > 0
            if share := round(100 * (before - unit) / before) if saves else 0:
                row["before"] = format_amount(env, before, currency)
                row["saved"] = env._("You save %s%%", share)
            result[product] = row
        return result

    def _nothing(self):
        """One page for a link that is wrong, altered, expired, revoked or somebody else's."""
        return plain_page(request.env(su=True), "reorder_page_nothing", {}, 404)

    def _too_many(self):
        return plain_page(request.env(su=True), "reorder_page_too_many", {}, 429)

    def _redirect(self, url):
        response = request.redirect(url, code=303)
        response.headers.update(HEADERS)
        return response
