from . import test_attacks
from . import test_purchase_rhythm
from . import test_reminder_triggers
from . import test_rhythm_tour
from . import test_security
