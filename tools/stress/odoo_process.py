"""Odoo inside a process of the stress tests."""

import contextlib


@contextlib.contextmanager
def environment(name):
    """Environment of the superuser in database ``name``; nothing is committed by itself."""
    registry = load(name, "error")
    from odoo import SUPERUSER_ID
    from odoo.api import Environment

    with registry.cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


def load(name, log_level):
    """The registry of database ``name``, with Odoo configured for it."""
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-d", name, f"--log-level={log_level}", "--no-http"])
    return Registry(name)
