from . import customer_tier
from . import mailing_mailing
from . import res_partner
