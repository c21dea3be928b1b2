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


# Whatever keeps a type of activities from being deleted, in whichever addon.
REFERENCES = """
    SELECT conrelid::regclass::text, column_.attname
      FROM pg_constraint
      JOIN pg_attribute column_ ON column_.attrelid = conrelid AND column_.attnum = conkey[1]
     WHERE contype = 'f' AND confdeltype IN ('r', 'a')
       AND confrelid = 'mail_activity_type'::regclass
"""


def give_up_activity_types(env, *xml_ids):
    """Delete the activities of some types that are about to go, and make of whatever else people
    have used these for, such as steps of plans, automations and rules, something to do."""
    found = [env.ref(xml_id, raise_if_not_found=False) for xml_id in xml_ids]
    types = env["mail.activity.type"].union(*filter(None, found))
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("activity_type_id", "in", types.ids)]).unlink()
    env.flush_all()
    todo = env.ref("mail.mail_activity_data_todo")
    for table, column in env.execute_query(SQL(REFERENCES)):
        env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(todo)s WHERE %(column)s = ANY(%(types)s)",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                todo=todo.id,
                types=types.ids,
            )
        )
    env.invalidate_all(flush=False)


def post_init_hook(env):
    env["account.move"]._customer_tier_find_orders()


def uninstall_hook(env):
    """Leave nothing behind that would act without the addon, and nothing that cannot be deleted.

    Records that people may still need (quotations with a tier's prices, demo customers with their
    orders) stay; they only lose their tie to the addon.
    """
    give_up_activity_types(env, "customer_tiering.mail_activity_type_grading_problem")
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
    # History and standings refer to tiers, these and typed values to metrics, answers to questions:
    # from the leaves to the root.
    for table in (
        "customer_tier_change",
        "customer_tier_standing",
        "customer_tier_program",
        "customer_tier_value",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
