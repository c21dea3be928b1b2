def uninstall_hook(env):
    """Coupons of reminders must not be left behind: nothing would end them with the reminder, and
    whoever knows the code could use them."""
    offered = env["customer.reminder"].search([("offer_card_id", "!=", False)])
    offered._void_offers()
    env.flush_all()
