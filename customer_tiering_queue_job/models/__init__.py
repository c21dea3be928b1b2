from . import customer_tier_run
from . import customer_tier_run_chunk
from . import queue_job
