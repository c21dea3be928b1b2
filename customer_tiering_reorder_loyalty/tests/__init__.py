from . import test_attacks
from . import test_offer
from . import test_offer_page
from . import test_offer_parallel
from . import test_offer_rule
from . import test_offer_year
from . import test_promotions
