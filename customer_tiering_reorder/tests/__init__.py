from . import test_reorder_link
from . import test_suggestion
