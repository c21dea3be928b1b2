from . import test_early_access
from . import test_security
