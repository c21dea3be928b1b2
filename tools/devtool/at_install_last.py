"""Odoo's command line, whose test run takes the “at install” tests once everything is loaded.

Where Odoo runs them itself, the modules loaded later are not there yet: such a test would pass
whatever an addon does. A program of its own, in Odoo's environment: it imports Odoo.
"""

import sys

import odoo.cli
from odoo.tests import loader

_make_suite = loader.make_suite


def _only_at_install(module_names, position="at_install"):
    return _make_suite(module_names if position == "post_install" else [], "at_install")


if __name__ == "__main__":
    loader.make_suite = _only_at_install
    sys.exit(odoo.cli.main())
