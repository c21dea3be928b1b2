from . import mailing_filter
from . import customer_tier
from . import customer_tier_program
from . import mailing_mailing
from . import res_partner
