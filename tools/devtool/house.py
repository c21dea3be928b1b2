"""What `./dev lint` checks of the house: that models, views and tests have their place."""

import ast
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from .paths import ADDON, ROOT, addons, others, test_addons

# What makes a file longer is a plain module beside it, not a second file of the class.
LONGEST_MODEL_FILE = 900
PRIMARY = {"primary", "True"}
# Second files of a model, each with what it is a place of its own for.
DEFENDED = {
    "customer_tiering/models/customer_tier_run_replay.py": "gradings of the past, which hang on "
    "two hooks of the run and are no concern of the nightly one",
}


def misnamed_models() -> str:
    """Files of models and wizards that are not named after a model they hold."""
    return "\n".join(
        f"{file.relative_to(ROOT)} holds {', '.join(models)}"
        for file in _model_files()
        if (models := _models(file))
        and file.stem not in {m.replace(".", "_") for m in models}
        and str(file.relative_to(ROOT)) not in DEFENDED
    )


def long_models() -> str:
    """Files of models that nobody reads through any more."""
    lengths = {file: len(file.read_text().splitlines()) for file in _model_files()}
    return "\n".join(
        f"{file.relative_to(ROOT)} has {length} lines, more than {LONGEST_MODEL_FILE}"
        for file, length in lengths.items()
        if length > LONGEST_MODEL_FILE
    )


def unexplained_models() -> str:
    """Classes of models that do not say in words what they are."""
    return "\n".join(
        f"{file.relative_to(ROOT)}: {item.name} has no docstring"
        for file in _model_files()
        for item in ast.parse(file.read_text()).body
        if isinstance(item, ast.ClassDef) and not ast.get_docstring(item)
    )


def _model_files() -> Iterator[Path]:
    for folder in addons():
        for rooms in ("models", "wizards"):
            yield from sorted((folder / rooms).rglob("*.py"))


def _models(file: Path) -> list[str]:
    """The models whose classes stand in a file: of each its name, else what it extends."""
    found = []
    for item in ast.parse(file.read_text()).body:
        if isinstance(item, ast.ClassDef):
            told = {
                target.id: node.value
                for node in item.body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
            }
            names = ast.literal_eval(told.get("_name") or told.get("_inherit") or ast.List([]))
            found += [names] if isinstance(names, str) else names[:1]
    return found


def own_views_extended() -> str:
    """Views that extend a view of the same addon, which could say it itself."""
    found = []
    for folder in addons():
        for file in sorted(folder.rglob("*.xml")):
            for view, parent in _extensions(file):
                addon, _, name = parent.rpartition(".")
                if addon in ("", folder.name):
                    found.append(f"{file.relative_to(ROOT)}: {view} extends {name}")
    return "\n".join(found)


def _extensions(file: Path) -> Iterator[tuple[str, str]]:
    """Views that change another one, each with that other one."""
    try:
        root = ElementTree.parse(file).getroot()
    except ElementTree.ParseError:
        # The OCA's check tells of it.
        return
    for record in root.iter("record"):
        fields = {field.get("name"): field for field in record.findall("field")}
        if record.get("model") == "ir.ui.view" and "inherit_id" in fields:
            mode = fields["mode"].text if "mode" in fields else ""
            if mode not in PRIMARY:
                yield record.get("id"), fields["inherit_id"].get("ref") or ""
    for template in root.iter("template"):
        if template.get("inherit_id") and template.get("primary") not in PRIMARY:
            yield template.get("id"), template.get("inherit_id")


def siblings_named() -> str:
    """Where the core addon names one that can be left out."""
    found = []
    for file in sorted((ROOT / ADDON).rglob("*")):
        # Migrations hand over what has moved; people may be told of the others.
        if file.suffix in {".py", ".xml", ".js", ".csv"} and "migrations" not in file.parts:
            text = file.read_text()
            found += [f"{file.relative_to(ROOT)} names {name}" for name in others() if name in text]
    return "\n".join(found)


# Methods of the ORM and of core that addons extend; who may call them is tried with the models.
USUAL = {
    *("create", "write", "unlink", "copy", "copy_data", "default_get", "onchange", "init"),
    *("action_archive", "action_unarchive", "load_web_menus", "message_post_with_source"),
}


def untried_doors() -> str:
    """Addons with models, computed fields, methods or pages that no table of attacks has: a row of
    each is asked for by the tests of the tables, the tables by this."""
    return "\n".join(
        f"{folder.name}/tests has no class of {tests}, but the addon has {what}"
        for folder in addons()
        for what, tests, found in _doors(folder)
        if found and not _has_tests(folder, tests)
    )


def _doors(folder: Path) -> Iterator[tuple[str, str, bool]]:
    rooms = [folder / room for room in ("models", "wizards")]
    classes = [
        item
        for room in rooms
        for file in sorted(room.rglob("*.py"))
        for item in ast.parse(file.read_text()).body
        if isinstance(item, ast.ClassDef)
    ]
    calls = [node for item in classes for node in ast.walk(item) if isinstance(node, ast.Call)]
    computed = any(keyword.arg == "compute" for call in calls for keyword in call.keywords)
    methods = any(
        isinstance(part, ast.FunctionDef)
        and not part.name.startswith("_")
        and part.name not in USUAL
        and f"super().{part.name}(" not in ast.unparse(part)
        and not any("private" in ast.unparse(mark) for mark in part.decorator_list)
        for item in classes
        for part in item.body
    )
    pages = any("http.route" in f.read_text() for f in (folder / "controllers").rglob("*.py"))
    models = any(_original(item) for item in classes)
    yield "models of its own", "RightsTests", models
    yield "computed fields", "AttackTests", computed
    yield "public methods or pages", "RpcRightsTests", methods or pages


def _original(item: ast.ClassDef) -> bool:
    """Whether a class makes a new model with a table."""
    given = {
        target.id: part.value
        for part in item.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    bases = {ast.unparse(base) for base in item.bases}
    if "_name" not in given or "models.AbstractModel" in bases:
        return False
    inherited = ast.literal_eval(given["_inherit"]) if "_inherit" in given else ()
    inherited = [inherited] if isinstance(inherited, str) else inherited
    return ast.literal_eval(given["_name"]) not in inherited


def _has_tests(folder: Path, tests: str) -> bool:
    """Whether a class of the addon's tests takes these on."""
    every = [
        item
        for file in (folder / "tests").glob("*.py")
        for item in ast.parse(file.read_text()).body
        if isinstance(item, ast.ClassDef)
    ]
    own = {part.name for item in every for part in item.body if isinstance(part, ast.FunctionDef)}
    taken_on = {ast.unparse(base).split(".")[-1] for item in every for base in item.bases}
    # One with users of its own has such a table of its own.
    return tests in taken_on or (
        tests == "RpcRightsTests" and "test_every_method_is_in_the_table" in own
    )


def unlisted_tests() -> str:
    """Test files that Odoo's runner would pass over in silence."""
    found = []
    for folder in [*addons(), *test_addons()]:
        tests = folder / "tests"
        listed = _imported_names(tests / "__init__.py")
        for file in sorted(tests.rglob("test_*.py")):
            if file.parent != tests or file.stem not in listed:
                found.append(f"{file.relative_to(ROOT)} is not imported in tests/__init__.py")
    return "\n".join(found)


def _imported_names(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {
        alias.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
