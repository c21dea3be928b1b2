from threading import RLock
from unittest.mock import patch

from odoo.modules.registry import Registry


def registry_for_threads():
    """Let threads of a test open environments: Odoo's own runner holds the lock of all registries
    for as long as it runs tests, and they would wait for it."""
    return patch.object(Registry, "_lock", RLock())
