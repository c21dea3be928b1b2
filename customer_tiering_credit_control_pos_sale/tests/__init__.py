from . import test_attacks
from . import test_till
from . import test_on_account
from . import test_on_account_tour
from . import test_rights_rpc
