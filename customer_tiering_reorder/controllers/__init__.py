from . import page_seen
from . import reorder_page
from . import reminder_contact
