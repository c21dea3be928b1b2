def uninstall_hook(env):
    """What is only for some customers is for nobody any more, instead of for everybody."""
    programs = env["loyalty.program"].search(
        [
            "|",
            "|",
            ("customer_tier_ids", "!=", False),
            ("customer_stage", "!=", False),
            ("customer_day_id", "!=", False),
        ]
    )
    programs.action_archive()
