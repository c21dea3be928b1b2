"""What people do to a database before it is upgraded. Runs in Odoo's shell, by the old code."""

# ruff: noqa: F821  (``env`` is the shell's)
from datetime import date, timedelta

from odoo.fields import Command

# By the addon that has it in the old code: what was the core's may be an addon's by then.
ADDONS = (
    *("customer_tiering", "customer_tiering_credit_control", "customer_tiering_playbook"),
    "customer_tiering_reminder",
)


def ours(name):
    """A shipped record, whichever of the addons shipped it; None where none did yet."""
    found = (env.ref(f"{addon}.{name}", raise_if_not_found=False) for addon in ADDONS)
    return next((record for record in found if record), None)


def new_user(login, *groups, company):
    return env["res.users"].create(
        {
            "name": login.title(),
            "login": login,
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set([env.ref(group).id for group in groups])],
        }
    )


first = env.ref("base.main_company")
env["base.language.install"].create(
    {"lang_ids": env.ref("base.lang_zh_CN").ids, "overwrite": False}
).lang_install()
env["res.config.settings"].create(
    {"group_product_pricelist": True, "account_use_credit_limit": True}
).execute()

# Credit: limits given, requests open, approved and refused.
approver = new_user("approver", "base.group_user", company=first)
approver.group_ids += ours("group_credit")
seller = new_user("seller", "sales_team.group_sale_salesman_all_leads", company=first)
first.write({"customer_credit_check": "block", "customer_credit_order_days": 45})
first.customer_credit_approver_id = approver
Standing = env["customer.tier.standing"]
standings = Standing.search([("company_id", "=", first.id)])
standings.filtered("credit_differs")[:4]._apply_credit_proposals("Yearly review")
requests = (
    env["customer.credit.approval"]
    .with_user(seller)
    .create(
        [
            {
                "partner_id": standing.partner_id.id,
                "company_id": first.id,
                "amount": 1000.0 + number,
                "date_until": date.today() + timedelta(days=30),
                "reason": "A large order",
            }
            for number, standing in enumerate(standings[:3])
        ]
    )
)
requests[0].with_user(approver).action_approve()
requests[1].with_user(approver).action_refuse()

# A second company with rules of its own, changes that wait, a veto and hand-set tiers.
second = env["res.company"].create({"name": "Second Company"})
env.user.company_ids |= second
program = env["customer.tier.program"].with_company(second)._create_preset("weighted", second)
env["customer.tier.veto"].create(
    {
        "program_id": program.id,
        "metric_id": env.ref("customer_tiering.metric_credit_score").id,
        "value": 50,
        "tier_id": program.tier_ids[1].id,
    }
)
goods = env["product.product"].create({"name": "Tea", "list_price": 100.0, "taxes_id": False})
for number in range(12):
    customer = env["res.partner"].create(
        {"name": f"Customer {number}", "is_company": True, "company_id": second.id}
    )
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "company_id": second.id,
            "order_line": [
                Command.create({"product_id": goods.id, "product_uom_qty": 10.0 * (number + 1)})
            ],
        }
    )
    order.action_confirm()
program.action_grade()
program.write({"approval": "both", "review_every": "day", "hold_months": 0})
mine = Standing.search([("company_id", "=", second.id)])
mine[:2].write({"manual_tier_id": program.tier_ids[-1].id, "manual_reason": "Promised"})
for order in env["sale.order"].search([("company_id", "=", second.id)], limit=3, order="id"):
    order.with_company(second).order_line.product_uom_qty = 500
env["customer.tier.run"].create({"company_id": second.id}).action_run()

# Shipped records that people changed or deleted.
ours("playbook_mature").daily_limit = 7
# One that nobody has gone through yet; the demo's past year may have.
env["customer.stage.playbook.start"].search(
    [("playbook_id", "=", ours("playbook_loyal").id)]
).unlink()
ours("playbook_loyal").unlink()
plan = ours("playbook_new").plan_id
plan.name = "Welcome"
plan.with_context(lang="zh_CN").name = "欢迎"
plan.template_ids[:1].summary = "Say hello"
ours("loss_reason_price").name = "Others are cheaper"
ours("late_reason_bank").unlink()
for name, vals in {
    "reminder_rule_overdue": {"name": "Who is late", "gap_days": 45},
    "mail_activity_type_reorder": {"summary": "Ring them"},
    "mail_template_week": {"subject": "The week"},
    "ir_cron_week": {"active": False},
}.items():
    if ours(name):
        ours(name).write(vals)
tiers = env["customer.tier.program"].search([("company_id", "=", first.id)]).tier_ids
env["customer.reminder.rule"].search([]).tier_ids = tiers[-2:]
env["customer.stage.playbook"].search([], limit=1).tier_ids = tiers[-1]
env.cr.commit()
