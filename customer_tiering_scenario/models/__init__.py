# What is tried
from . import customer_tier_scenario
from . import customer_tier_scenario_line

# What is advised
from . import customer_tier_advice

# Where it is begun, and where it counts in the end
from . import customer_tier_program
from . import customer_tier_run
from . import customer_tier_store
