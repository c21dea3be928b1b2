from . import test_pricelist
from . import test_sale_order
from . import test_partner_fields
from . import test_sale_report
from . import test_tours
