from . import test_attacks
from . import test_coupons
