from . import test_promotion
from . import test_ready_made
from . import test_recipes
from . import test_automation
from . import test_credit_automation
from . import test_permission
from . import test_first_hour_tour
from . import test_limit_in_shop
