from . import test_attacks_http
from . import test_figures
from . import test_mail
from . import test_page
from . import test_rights_rpc
from . import test_tour
