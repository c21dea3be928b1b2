"""What `./dev combinations` asks a database, run in Odoo's shell, where ``env`` is defined.

The first time, when ``FIRST`` is true, it grades everybody and adds what people would. It opens
every menu of ours as an administrator and as a salesperson, and tells how large the core addon is.
"""

import inspect
import json
import traceback

from lxml import etree

from odoo.tools.safe_eval import safe_eval, time

OURS = "customer_tiering"
GROUPED = ("pivot", "graph")
LISTED = ("list", "kanban", "calendar", "activity")
CONFIRMING = ("action_confirm", "_action_confirm", "_confirmation_error_message", "write", "create")

facts, wrong = {}, []


def grade():
    """Grade the customers of every company that has a programme."""
    for company in env["customer.tier.program"].search([]).company_id:  # noqa: F821
        run = env["customer.tier.run"].create({"company_id": company.id})  # noqa: F821
        run.action_run()
        wrong.extend(f"grading: {error.display_name}: {error.message}" for error in run.error_ids)
        if run.state != "done":
            wrong.append(f"grading of {company.name} ended as {run.state}")


def fill():
    """What people add to what is shipped."""
    if "customer.reminder.rule" in env:  # noqa: F821
        env["customer.reminder.rule"].create({"name": "By hand"})  # noqa: F821
    use_activity_types()
    if "customer.stage.playbook" in env:  # noqa: F821
        for playbook in env["customer.stage.playbook"].search([], limit=1):  # noqa: F821
            playbook.plan_id.copy()
            playbook.copy({"stage": "lost", "company_id": env.company.id})  # noqa: F821
    fill_lists()


def fill_lists():
    """A record in lists that are empty until somebody uses them, as a view that shows nothing does
    not show whether it can."""
    standing = env["customer.tier.standing"].search([("tier_id", "!=", False)], limit=1)  # noqa: F821
    customer = {"partner_id": standing.partner_id.id}
    own = {**customer, "company_id": standing.company_id.id}
    lists = {
        "customer.past.order": {**own, "order_date": "2020-01-31", "amount": 100},
        "customer.tier.opening": {**own, "tier_id": standing.tier_id.id},
        "customer.tier.scenario": {"name": "By hand", "program_id": standing.program_id.id},
        "customer.contact.preference": {**customer, "email_ok": False},
    }
    for model, vals in lists.items():
        if model in env:  # noqa: F821
            env[model].create(vals)  # noqa: F821
    if "customer.tier.advice" in env:  # noqa: F821
        env["customer.tier.advice"]._cron_advise()  # noqa: F821


def use_activity_types():
    """What people may use our types of activities for, which keeps these from being deleted."""
    ours = env["ir.model.data"].search(  # noqa: F821
        [("model", "=", "mail.activity.type"), ("module", "=like", f"{OURS}%")]
    )
    for kind in env["mail.activity.type"].browse(ours.mapped("res_id")):  # noqa: F821
        trigger = {"chaining_type": "trigger", "triggered_next_type_id": kind.id}
        env["mail.activity.type"].create({"name": f"By hand: before {kind.name}", **trigger})  # noqa: F821
        if kind.res_model not in (False, "res.partner"):
            continue
        for n, login in enumerate(("__system__", "admin")):
            user = env["res.users"].search([("login", "=", login)])  # noqa: F821
            activity = env.company.partner_id.activity_schedule(  # noqa: F821
                activity_type_id=kind.id, user_id=user.id
            )
            if n:
                activity.action_done()
        step = {"activity_type_id": kind.id, "responsible_type": "on_demand"}
        plan = {"name": f"With {kind.name}", "res_model": "res.partner"}
        plan["template_ids"] = [(0, 0, step)]
        env["mail.activity.plan"].create(plan)  # noqa: F821
        if "customer.reminder.rule" in env:  # noqa: F821
            env["customer.reminder.rule"].create(  # noqa: F821
                {"name": f"With {kind.name}", "activity_type_id": kind.id}
            )
        env["ir.actions.server"].create(  # noqa: F821
            {
                "name": f"By hand: schedule {kind.name}",
                "model_id": env["ir.model"]._get_id("res.partner"),  # noqa: F821
                "state": "next_activity",
                "activity_type_id": kind.id,
            }
        )


def people(env):
    """An administrator, and a salesperson made for this."""
    yield "administrator", env.ref("base.user_admin")
    vals = {"name": "Any Salesperson", "login": "combinations"}
    groups = env.ref("sales_team.group_sale_salesman_all_leads")
    yield "salesperson", env["res.users"].create({**vals, "group_ids": [(6, 0, groups.ids)]})


def open_menus(role, env):
    """Open our menus that somebody sees, as the web client does; what fails is wrong."""
    count = 0
    for menu in env["ir.ui.menu"].load_web_menus(False).values():
        if not menu["xmlid"].startswith(OURS) or not menu["actionID"]:
            continue
        count += 1
        name = f"{role}: {menu['xmlid']}"
        try:
            with env.cr.savepoint():
                found = open_action(env, menu["actionModel"], menu["actionID"])
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}"
            wrong.append(f"{name}: {type(error).__name__}: {error} ({place})")
        else:
            if not found:
                wrong.append(f"{name}: nothing to see there")
    facts[f"menus of the {role}"] = count


def open_action(env, model, action_id):
    """Load the views of an action and read what they show first; returns how many there are."""
    action = env[model].browse(action_id)
    if model == "ir.actions.server":
        action = action.run()
    else:
        action = action._get_action_dict()
    if action["type"] != "ir.actions.act_window":
        return 1
    names = {"uid": env.uid, "active_id": False, "active_ids": [], "time": time}
    names |= {"allowed_company_ids": env.companies.ids, "context_today": time.strftime}
    context = action.get("context") or {}
    if isinstance(context, str):
        context = safe_eval(context, dict(names))
    domain = action.get("domain") or []
    if isinstance(domain, str):
        domain = safe_eval(domain, {**names, "context": context})
    Model = env[action["res_model"]].with_context(**context)
    views = [*action["views"], ((action.get("search_view_id") or [False])[0], "search")]
    loaded = Model.get_views(views, {"toolbar": True, "load_filters": True})
    for kind, view in loaded["views"].items():
        read_view(Model, domain, kind, etree.fromstring(view["arch"]))
    return Model.search_count(domain)


def read_view(Model, domain, kind, arch):
    """What the web client asks for to fill a view."""
    if kind in LISTED:
        Model.web_search_read(domain, specification(Model, arch), limit=80)
    elif kind == "form":
        if first := Model.search(domain, limit=1):
            first.web_read(specification(Model, arch))
        elif Model.has_access("create"):
            Model.onchange({}, [], specification(Model, arch))
    elif kind in GROUPED:
        described = Model.fields_get(attributes=["groupable"]).items()
        groupable = {name for name, about in described if about.get("groupable")}
        by = [
            node.get("name") + (f":{node.get('interval')}" if node.get("interval") else "")
            for node in arch.iterfind("field")
            if node.get("type") != "measure" and node.get("name") in groupable
        ]
        Model.formatted_read_group(domain, by, ["__count"])


def specification(Model, arch):
    """The fields of a view, without those of lists inside it."""
    found = {}
    for node in arch.iter("field"):
        inside = any(parent.tag == "field" for parent in node.iterancestors())
        if not inside and node.get("name") in Model._fields:
            relational = Model._fields[node.get("name")].relational
            found[node.get("name")] = {"fields": {"display_name": {}}} if relational else {}
    return found


def size():
    """How much the core addon puts before somebody who wants only tiers."""
    Data = env["ir.model.data"]  # noqa: F821
    data = [("module", "=", OURS)]
    menus = Data.search([*data, ("model", "=", "ir.ui.menu")]).mapped("res_id")
    fields = env["res.partner"]._fields.values()  # noqa: F821
    return {
        "models": Data.search_count([*data, ("model", "=", "ir.model")]),
        "fields on contacts": sum((f._modules or ("",))[0] == OURS for f in fields),
        "menus": env["ir.ui.menu"].search_count([("id", "in", menus), ("action", "!=", False)]),  # noqa: F821
        "overrides of confirming for credit": credit_checks(),
    }


def credit_checks():
    """How many methods of the core addon check credit when an order is confirmed."""
    return sum(
        "credit" in inspect.getsource(vars(cls)[name])
        for cls in type(env["sale.order"]).mro()  # noqa: F821
        if cls.__module__.startswith(f"odoo.addons.{OURS}.")
        for name in CONFIRMING
        if name in vars(cls)
    )


if FIRST:  # noqa: F821
    grade()
    fill()
    env.cr.commit()  # noqa: F821
facts["graded"] = env["customer.tier.standing"].search_count([])  # noqa: F821
if not facts["graded"]:
    wrong.append("nobody is graded")
facts["size"] = size()
for person, user in people(env):  # noqa: F821
    open_menus(person, env(user=user, context=user.context_get()))  # noqa: F821
env.cr.rollback()  # noqa: F821
print("COMBINATION " + json.dumps({"facts": facts, "wrong": wrong}, default=str))
