# Mixins, before what inherits them.
from . import customer_tier_input
from . import customer_tier_badge
from . import customer_tier_comparison
from . import customer_tier_staged
from . import customer_tier_append_only

# Rules: what people configure.
from . import customer_tier_metric
from . import customer_tier_question
from . import customer_tier_answer
from . import customer_tier_value
from . import customer_tier_program
from . import customer_tier_indicator
from . import customer_tier_indicator_band
from . import customer_tier_segment
from . import customer_tier
from . import customer_tier_condition
from . import customer_tier_benefit
from . import customer_tier_veto
from . import customer_tier_entry_rule
from . import customer_late_reason

# Results: what grading found, and why.
from . import customer_tier_policy
from . import customer_tier_standing
from . import customer_tier_change
from . import customer_tier_proposal

# Engine: one grading, step by step.
from . import customer_tier_gather
from . import customer_tier_store
from . import customer_tier_pipeline
from . import customer_tier_stale
from . import customer_tier_due
from . import customer_tier_run

# Extends the run.
from . import customer_tier_run_replay
from . import customer_tier_run_error

# Messages: who hears of a change.
from . import customer_tier_responsible
from . import customer_tier_event_rule
from . import customer_tier_event

# Core models; the mixin of those with a customer first.
from . import customer_tier_mixin
from . import account_move
from . import account_move_line
from . import account_partial_reconcile
from . import ir_module_module
from . import ir_ui_menu
from . import mail_activity
from . import mail_message
from . import product_pricelist
from . import product_pricelist_item
from . import res_company
from . import res_config_settings
from . import res_country
from . import res_country_group
from . import res_partner
from . import res_users
from . import sale_order
from . import sale_order_line
from . import sale_report
