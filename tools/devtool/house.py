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
