from . import test_attacks
from . import test_digest
from . import test_overview
from . import test_overview_tour
from . import test_rights_rpc
from . import test_saved_net
from . import test_security
from . import test_snapshot
