from . import test_attacks
from . import test_discount_cost
from . import test_long
from . import test_predicted_any
from . import test_result_advice
from . import test_scenario
from . import test_scenario_tour
from . import test_security
