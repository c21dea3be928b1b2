from odoo import api, models


class IrUiMenu(models.Model):
    """The web client's menu leaves out pages of features that nobody uses (yet)."""

    _inherit = "ir.ui.menu"

    @api.model
    def _customer_tier_optional_menus(self):
        """The menus that show only once there is something to see behind them.

        :return: dict XML id of a menu → list of (model, domain), any of which finds something
        """
        return {
            "customer_tiering.customer_tier_proposal_menu": [
                ("customer.tier.program", [("approval", "!=", "none")]),
                ("customer.tier.proposal", []),
            ],
            "customer_tiering.customer_tier_event_menu": [
                ("customer.tier.event.rule", []),
                ("customer.tier.event", []),
            ],
        }

    @api.model
    def _customer_tier_empty_menus(self):
        """The optional menus without content, of whatever company, and headings left without any.

        :return: set of XML ids
        """
        # In the order of creation, which the primary key answers at once.
        return {
            menu
            for menu, content in self._customer_tier_optional_menus().items()
            if not any(
                self.env[model].sudo().search(domain, limit=1, order="id")
                for model, domain in content
            )
        }

    def load_web_menus(self, debug):
        # Not in _load_menus_blacklist(), whose answer is cached until some menu changes.
        menus = super().load_web_menus(debug)
        empty = self._customer_tier_empty_menus()
        hidden = {id_ for id_, menu in menus.items() if menu["xmlid"] in empty}
        while hidden:
            menus = {
                id_: {**menu, "children": [c for c in menu["children"] if c not in hidden]}
                for id_, menu in menus.items()
                if id_ not in hidden
            }
            hidden = {id_ for id_, menu in menus.items() if self._customer_tier_bare(menu)}
        return menus

    @api.model
    def _customer_tier_bare(self, menu):
        """Whether ``menu`` is one of our headings, with nothing below."""
        ours = menu["xmlid"].startswith("customer_tiering")
        return ours and not menu["children"] and not menu["actionID"]
