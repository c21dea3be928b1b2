from . import test_attacks
from . import test_rights_rpc
from . import test_security
from . import test_sms
from . import test_sms_answer
from . import test_sms_length
