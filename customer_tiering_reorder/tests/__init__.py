from . import test_attacks
from . import test_quotation
from . import test_reorder_link
from . import test_reorder_page
from . import test_reorder_tour
from . import test_rights_rpc
from . import test_security
from . import test_suggestion
