from . import test_at_the_till
from . import test_attacks
from . import test_rights_rpc
