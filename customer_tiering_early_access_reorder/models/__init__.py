from . import customer_product_suggestion
