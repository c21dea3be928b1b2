from . import pos_config
from . import pos_order
from . import pos_order_line
from . import pos_payment
from . import pos_session
from . import sale_order
