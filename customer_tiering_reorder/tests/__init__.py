from . import test_reorder_link
from . import test_suggestion
from . import test_reorder_page
