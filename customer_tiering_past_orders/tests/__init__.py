from . import test_attacks
from . import test_past_orders
from . import test_past_orders_import
from . import test_rights_rpc
from . import test_security
