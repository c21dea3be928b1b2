from . import test_attacks
from . import test_purchase_rhythm
from . import test_reminder_triggers
from . import test_security
from . import test_reorder_link
from . import test_suggestion
from . import test_reorder_page
from . import test_reminder_effect
