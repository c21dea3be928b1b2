from . import customer_product_suggest
from . import customer_product_suggest_line
