from . import pos_session
from . import product_template
