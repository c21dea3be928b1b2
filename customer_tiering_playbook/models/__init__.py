# What is done in a stage
from . import customer_stage_playbook
from . import customer_stage_playbook_start

# Why customers stay away
from . import customer_loss_reason
from . import customer_win_back

# Where gradings, messages and reminders ask for it
from . import customer_tier
from . import customer_tier_event
from . import customer_tier_run
from . import customer_tier_standing
from . import customer_tier_store
from . import customer_contact_policy
from . import customer_reminder
from . import customer_reminder_rule
from . import customer_agenda

# Models of Odoo
from . import mail_activity
from . import mail_activity_plan
from . import mail_activity_plan_template
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users
from . import sale_order
