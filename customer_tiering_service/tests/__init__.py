from . import test_attacks
from . import test_care
from . import test_companies
from . import test_rights_rpc
from . import test_sale
from . import test_security
