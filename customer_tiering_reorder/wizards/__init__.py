from . import base_partner_merge_automatic_wizard
from . import customer_product_suggest
from . import customer_product_suggest_line
from . import customer_reminder_contact
