"""What a database's registry looks like to users and other addons, as sorted lines of text.

Runs in Odoo's shell (``./dev dump DB``); two dumps are compared with ``diff``. Everything of our
addons is in it: models, fields with attributes, constraints and indexes, XML ids, and the views
of every model that ours touch, combined.
"""

from lxml import etree

OURS = "customer_tiering"
FIELD_ATTRIBUTES = (
    *("type", "string", "help", "comodel_name", "inverse_name", "relation", "related"),
    *("compute", "inverse", "search", "currency_field", "definition", "ondelete"),
    *("store", "required", "readonly", "copy", "index", "translate", "company_dependent"),
    *("groups", "aggregator", "exportable", "size", "domain", "tracking", "check_company"),
    *("precompute", "compute_sudo", "default_export_compatible"),
)
RECORD_FIELDS = {
    "ir.model.access": (
        *("model_id.model", "group_id", "perm_read", "perm_write", "perm_create", "perm_unlink"),
        "active",
    ),
    "ir.rule": (
        *("model_id.model", "groups", "domain_force", "perm_read", "perm_write"),
        *("perm_create", "perm_unlink", "active"),
    ),
    "ir.ui.menu": ("complete_name", "action", "group_ids", "sequence", "active"),
    "ir.cron": ("cron_name", "code", "interval_number", "interval_type", "user_id", "active"),
    "res.groups": ("full_name", "privilege_id", "implied_ids"),
    "ir.actions.act_window": ("name", "res_model", "view_mode", "domain", "context", "group_ids"),
    "ir.actions.server": ("name", "model_id.model", "state", "code", "binding_type"),
    "ir.ui.view": ("name", "model", "type", "mode", "inherit_id", "priority", "active"),
}


def dump(env):
    """Yield the lines of the dump of ``env``'s database."""
    env = env(su=True, context={"lang": "en_US", "active_test": False})
    for section in (_models, _fields, _table_objects, _xml_ids, _records, _views):
        yield from sorted(section(env))


def _of_ours(module):
    return bool(module) and module.startswith(OURS)


def _own_models(env):
    return [model for model in env.values() if _of_ours(model._original_module)]


def _models(env):
    for model in _own_models(env):
        kind = "abstract" if model._abstract else "transient" if model._transient else "persistent"
        inherits = sorted({*model._inherit} - {model._name}) if model._inherit else []
        yield (
            f"model {model._name} {kind} table={model._table} order={model._order!r} "
            f"rec_name={model._rec_name} log={model._log_access} "
            f"description={model._description!r} inherit={inherits}"
        )


def _fields(env):
    own = {model._name for model in _own_models(env)}
    for model in env.values():
        for name, field in model._fields.items():
            modules = field._modules or ()
            if not (model._name in own or any(map(_of_ours, modules))):
                continue
            said = [
                f"{key}={_value(getattr(field, key))}"
                for key in FIELD_ATTRIBUTES
                if getattr(field, key, None) not in (None, False, "", ())
            ]
            if field.type == "selection" and not callable(field.selection):
                said.append(f"selection={field.selection!r}")
            if field.default:
                said.append("default")
            yield f"field {model._name}.{name} {' '.join(said)}"


def _value(value):
    if isinstance(value, dict):
        return repr({key: _value(one) for key, one in value.items()})
    return getattr(value, "__name__", "callable") if callable(value) else repr(value)


def _table_objects(env):
    for model in env.values():
        for name, item in model._table_objects.items():
            if _of_ours(item._module):
                definition = item.get_definition(env.registry)
                yield f"table {model._name} {name.removeprefix(item._module)} {definition!r}"


def _xml_ids(env):
    for data in env["ir.model.data"].search([("module", "like", f"{OURS}%")]):
        yield f"xmlid {data.module}.{data.name} {data.model} noupdate={data.noupdate}"


def _records(env):
    for name, fields in RECORD_FIELDS.items():
        known = env["ir.model.data"].search([("module", "like", f"{OURS}%"), ("model", "=", name)])
        for data in known:
            record = env[name].browse(data.res_id)
            said = [f"{field}={_text(record, field)}" for field in fields]
            yield f"record {data.complete_name} {' '.join(said)}"


def _text(record, path):
    *first, name = path.split(".")
    for part in first:
        record = record[part]
    value = record[name]
    if hasattr(value, "_name"):
        ids = value._get_external_ids() if value else {}
        return sorted(ids[item.id][0] if ids.get(item.id) else item.display_name for item in value)
    return repr(value)


def _views(env):
    ours = env["ir.model.data"].search(
        [("module", "like", f"{OURS}%"), ("model", "=", "ir.ui.view")]
    )
    roots = env["ir.ui.view"]
    for view in roots.browse(ours.mapped("res_id")):
        while view.mode == "extension" and view.inherit_id:
            view = view.inherit_id
        roots |= view
    for root in roots:
        name = root.xml_id or root.name
        # One item for a view, as the order of its elements says something.
        yield "\n".join(f"view {name} {line}" for line in _elements(root._get_combined_arch(), 0))


def _elements(node, depth):
    if node.tag is etree.Comment:
        return
    # Ids of actions and views are other ones in each database.
    attributes = {
        key: "#" if key in ("name", "view_id") and value.isdigit() else value
        for key, value in node.attrib.items()
    }
    said = "".join(f" {key}={value!r}" for key, value in sorted(attributes.items()))
    text = " ".join((node.text or "").split())
    yield f"{'  ' * depth}<{node.tag}{said}> {text}".rstrip()
    for child in node:
        yield from _elements(child, depth + 1)
