from . import test_reorder_link
