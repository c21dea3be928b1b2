from . import test_attacks
from . import test_priority
from . import test_rights_rpc
from . import test_stock
from . import test_tour
