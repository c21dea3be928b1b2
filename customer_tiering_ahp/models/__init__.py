from . import customer_tier_program
