"""What must be there before a command can work, in order. Each step is skipped when done."""

from . import odoo, odoo_source, postgres, system
from .console import only_one
from .venv import LINT, RUNTIME, ensure_oca_addons

BASIC = [system.VENV, system.POSTGRES_CLIENT]
FOR_TESTS = [system.BROWSER, system.CJK_FONT]


def for_odoo() -> None:
    """Odoo, its environment and a database server."""
    needs = [*BASIC, system.POSTGRES] if postgres.is_private() else BASIC
    system.ensure(needs)
    with only_one("setup"):
        RUNTIME.ensure()
        odoo_source.ensure()
    postgres.ensure()
    odoo.write_configuration()


def for_all_addons() -> None:
    """All of that, and the addons of other makers that glue addons and tests need."""
    for_pure_tests()
    with only_one("setup"):
        ensure_oca_addons()
    for_odoo()


def for_tests() -> None:
    """All of that, and a browser for the tours."""
    system.ensure(FOR_TESTS)
    for_all_addons()


def for_pure_tests() -> None:
    """Only the Python environment."""
    system.ensure([system.VENV])
    with only_one("setup"):
        RUNTIME.ensure()


def for_lint() -> None:
    """The lint tools' environment."""
    system.ensure([system.VENV])
    with only_one("setup"):
        LINT.ensure()
