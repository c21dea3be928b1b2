from . import test_attacks
from . import test_playbook_effect
from . import test_rights_rpc
