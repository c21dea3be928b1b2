from . import test_ready_made
from . import test_automation
from . import test_limit_in_shop
