"""The grading core alone: the addon's own ``__init__`` imports Odoo, which not everything needs."""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "customer_tiering" / "grading"


def load(name):
    """The module ``grading.<name>``."""
    if "grading" not in sys.modules:
        spec = spec_from_file_location(
            "grading", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
        )
        package = module_from_spec(spec)
        sys.modules["grading"] = package
        spec.loader.exec_module(package)
    return import_module(f"grading.{name}")
