def post_init_hook(env):
    """What customers may read of what is there already.

    Nobody's customers are shown a tier by an update: programmes of before, whose tiers may be
    called “D customer”, stay hidden until somebody has looked at the page.
    """
    env["customer.tier.metric"]._mark_portal_safe()
    if not env.ref("base.module_customer_tiering_portal").demo:
        programs = env["customer.tier.program"].with_context(active_test=False)
        programs.search([]).portal_shown = False
