"""What every list of ours has, read from the views."""

import re

from tools.devtool.paths import ROOT


def test_empty_lists_say_what_to_do():
    """Who opens a list for the first time sees an empty page, and does not know what is missing."""
    actions = {}
    for file in ROOT.glob("customer_tiering*/*/*.xml"):
        found = re.findall(
            r'<record id="([\w.]+)" model="ir.actions.act_window"[^>]*>(.*?)</record>',
            file.read_text(),
            re.DOTALL,
        )
        actions |= {f"{file.name} {name}": text for name, text in found}
    # Dialogs have something to fill in, and the steps of the first hour are always there.
    lists = {
        name: text
        for name, text in actions.items()
        if 'name="target">new<' not in text and "onboarding.onboarding.step" not in text
    }
    assert len(lists) > 35
    silent = [
        name
        for name, text in lists.items()
        if not re.search(r'name="help" type="html">\s*<p\s+class="o_view_nocontent', text)
    ]
    assert silent == []
