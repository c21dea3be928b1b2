"""The tests below this folder need neither Odoo nor a database.

How long the property tests search: ``dev`` by default, ``long`` by ``./dev test --long``
(``pytest --hypothesis-profile=long``).
"""

import sys

from hypothesis import Phase, settings

# What is tested here must work where Odoo is not even installed. (A plugin of pytest may have
# loaded Odoo before; then it stays.)
sys.modules.setdefault("odoo", None)

# Not Phase.explain: it takes minutes over a failing example.
_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)

# Derandomized: a red build must be red again on the next machine.
settings.register_profile(
    "dev", derandomize=True, database=None, deadline=None, max_examples=15, phases=_PHASES
)
# Another search each time; a failure prints what repeats it.
settings.register_profile(
    "long", print_blob=True, database=None, deadline=None, max_examples=300, phases=_PHASES
)
settings.load_profile("dev")
