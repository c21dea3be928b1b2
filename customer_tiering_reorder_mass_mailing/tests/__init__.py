from . import test_attacks
from . import test_mailing
from . import test_rights_rpc
