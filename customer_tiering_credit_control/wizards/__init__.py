from . import customer_credit_apply
