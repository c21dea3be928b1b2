from . import reorder_page
