from . import test_attacks
from . import test_first_steps
from . import test_rpc_rights
from . import test_security
