from . import test_ahp
from . import test_attacks
from . import test_rights_rpc
from . import test_security
