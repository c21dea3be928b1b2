from . import test_attacks
from . import test_audience
from . import test_migration
from . import test_rights_rpc
from . import test_tour
