"""Updates bring what is new."""

import ast

from tools.devtool.paths import ADDON, ROOT

# Those that were there when updates began to install what is new.
FIRST = {f"{ADDON}_{name}" for name in ("crm", "delivery", "queue_job", "sale_margin")}


def test_updates_install_what_installs_itself():
    """Loyalty, stock and the glue to OCA's order priority installed themselves in new databases
    alone: whoever updated never got them."""
    manifests = ROOT.glob(f"{ADDON}_*/__manifest__.py")
    own = {m.parent.name for m in manifests if ast.literal_eval(m.read_text()).get("auto_install")}
    scripts = (ROOT / ADDON / "migrations").glob("*/pre-*.py")
    said = "".join(script.read_text() for script in scripts)
    assert own
    assert {name for name in own - FIRST if f'"{name}"' not in said} == set()
