from . import customer_tier_day
from . import mailing_mailing
