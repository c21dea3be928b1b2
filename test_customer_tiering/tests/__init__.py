from . import test_promotion
from . import test_ready_made
from . import test_automation
from . import test_credit_automation
from . import test_permission
from . import test_limit_in_shop
from . import test_offer_in_shop
