from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request, route


class CustomerTierPortal(CustomerPortal):
    """The customer's own page about tiers. Whose it is follows from who is logged in alone: no
    address, parameter or cookie names a customer."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            values["customer_tier_cards"] = request.env["customer.tier.page"]._cards(
                request.env.user
            )
        return values

    @route(
        "/tiers",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
        methods=["GET"],
    )
    def public_tiers(self, **_ignored):
        pages = request.env["customer.tier.page"]._public_pages(request.env.company)
        if not pages:
            return request.not_found()
        return request.render("customer_tiering_portal.public_tiers", {"pages": pages})

    @route("/my/tier", type="http", auth="user", website=True, readonly=True, methods=["GET"])
    def portal_my_tier(self, **_ignored):
        pages = request.env["customer.tier.page"]._pages(request.env.user)
        if not pages:
            return request.redirect("/my")
        return request.render(
            "customer_tiering_portal.portal_my_tier",
            {**self._prepare_portal_layout_values(), "page_name": "tier", "pages": pages},
        )
