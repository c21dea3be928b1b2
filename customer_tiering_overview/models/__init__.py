# What is kept of each month, and how far it is
from . import res_company
from . import customer_tier_snapshot
from . import customer_tier_run

# Where it is shown
from . import customer_tier_overview
from . import digest_digest
