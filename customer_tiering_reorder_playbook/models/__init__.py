from . import customer_reminder_report
from . import customer_reminder_effect
from . import customer_stage_playbook
