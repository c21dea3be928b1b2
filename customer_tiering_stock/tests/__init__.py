from . import test_priority
from . import test_stock
