# What orders end, before what inherits it.
from . import customer_order_awaited
from . import customer_order_measured

# When customers may be approached.
from . import customer_contact_freeze
from . import customer_contact_policy

# Who did not order when expected.
from . import customer_reminder_rule
from . import customer_reminder

# What salespeople have to do, from all of these.
from . import customer_agenda_done
from . import customer_agenda
from . import customer_week

# Models of the core addon and of Odoo.
from . import customer_tier
from . import customer_tier_run
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users
from . import resource_calendar
from . import sale_order
