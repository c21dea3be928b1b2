from . import test_ready_made
