from . import test_reminder_effect
