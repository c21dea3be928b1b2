from . import test_attacks
from . import test_shop
from . import test_shop_cases
