"""Makes the grading core importable as ``grading``, on its own.

The addon's ``__init__`` imports odoo; loading the sub-package from its folder leaves it out.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "customer_tiering" / "grading"


def _load_core():
    spec = spec_from_file_location(
        "grading", CORE / "__init__.py", submodule_search_locations=[str(CORE)]
    )
    package = module_from_spec(spec)
    sys.modules["grading"] = package
    spec.loader.exec_module(package)


_load_core()


# Where pytest-odoo is installed its automatic fixtures open a database; these of the same name
# take their place below this folder.


@pytest.fixture(scope="session")
def load_registry():
    """No registry."""


@pytest.fixture(scope="session")
def load_http():
    """No server."""


@pytest.fixture(scope="module")
def enable_odoo_test_flag():
    """No Odoo configuration."""
