from . import customer_reminder_rule_step
from . import customer_reminder_step
from . import mail_mail
from . import mailing_list
from . import mailing_mailing
from . import mailing_trace
