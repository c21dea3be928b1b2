from odoo.addons.customer_tiering_reorder.controllers import reorder_page


class ReorderPage(reorder_page.ReorderPage):
    """The offer of a reminder on its page."""

    def _list_values(self, reminder, contact, age):
        values = super()._list_values(reminder, contact, age)
        return {**values, "offer": reminder._offer_text()}
