from . import test_attacks
from . import test_contact_pages
from . import test_reminder_effect
from . import test_reminder_steps
from . import test_rights_rpc
from . import test_security
from . import test_sender
