from odoo.tools import SQL

# Of these people may have made use.
KEPT_MODELS = (
    "res.partner",
    "res.partner.category",
    "res.country.group",
    "product.product",
    "product.category",
    "utm.source",
)


def uninstall_hook(env):
    """Leave nothing behind that would act without the addon, and nothing that cannot be deleted.

    Records that people may still need (quotations with a tier's prices, demo customers with their
    orders) stay; they only lose their tie to the addon.
    """
    for name in ("mail_activity_type_reorder",):
        activity_type = env.ref(f"customer_tiering.{name}", raise_if_not_found=False)
        if activity_type:
            activities = env["mail.activity"].with_context(active_test=False)
            activities.search([("activity_type_id", "=", activity_type.id)]).unlink()
    # Also where a promotion or a till still names them, which the core would refuse: left active,
    # they would be everybody's lists.
    env.flush_all()
    env.cr.execute(SQL("UPDATE product_pricelist SET active = FALSE WHERE customer_tier_only"))
    env["ir.model.data"].search(
        [
            ("module", "=", "customer_tiering"),
            ("model", "in", KEPT_MODELS),
        ]
    ).unlink()
    # History and standings refer to tiers, these and typed values to metrics, answers to questions,
    # and rules that somebody made to the type of activity: from the leaves to the root.
    for table in (
        "customer_tier_change",
        "customer_tier_standing",
        "customer_tier_program",
        "customer_tier_value",
        "customer_reminder_rule",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
