"""Standings, history and messages of two gradings side by side."""

from collections import Counter

from .data import rows

# Numbers of rows, moments, and the frozen policy differ however equal the results are.
LEFT_OUT = {"id", "graded_at", "policy_id"}
# What follows from how a customer came to be where it is.
OF_HISTORY = {
    "tier_since",
    "computed_since",
    "guaranteed_until",
    "reviewed_on",
    "above_since",
    "noticed_on",
    "missed_reviews",
    "refused_on",
    "previous_stage",
    "stage_since",
    "waiting",
}
CHANGES = """
    SELECT s.partner_id, c.direction, c.reason, c.from_tier_id, c.to_tier_id, c.date, c.by_hand,
           c.from_stage, c.to_stage, c.score, c.numbers::text, c.run_id IS NULL
      FROM customer_tier_change c JOIN customer_tier_standing s ON s.id = c.standing_id
"""
EVENTS = """
    SELECT s.partner_id, e.kind, e.from_tier_id, e.to_tier_id, e.from_stage, e.to_stage, e.date,
           e.decision_date, e.state, e.note_id IS NULL, e.activity_id IS NULL, e.mail_result
      FROM customer_tier_event e JOIN customer_tier_standing s ON s.id = e.standing_id
"""
RUNS = """
    SELECT row_number() OVER (ORDER BY id), as_of, state, customer_count, written_count,
           first_count, up_count, down_count, correction_count, stage_count, matrix::text,
           cuts::text, untold
      FROM customer_tier_run
"""
REMINDERS = "SELECT rule_id, partner_id, user_id, tier_id, state, date FROM customer_reminder"
NOTES = """
    SELECT res_id, count(*) FROM mail_message WHERE model = 'res.partner' AND subtype_id = (
        SELECT res_id FROM ir_model_data
         WHERE module = 'customer_tiering' AND name = 'mt_tier_change')
     GROUP BY res_id
"""
EVERYTHING = {
    "history": CHANGES,
    "messages": EVENTS,
    "runs": RUNS,
    "reminders": REMINDERS,
    "notes": NOTES,
}


def all_differences(name, other):
    """Everything in which two databases that were graded the same way are not the same."""
    found = standing_differences(name, other)
    for subject, statement in EVERYTHING.items():
        found += _differences(subject, rows(name, statement), rows(other, statement))
    return found


def standing_differences(name, other, leave_out=frozenset(), condition="TRUE"):
    """One text per standing that differs, a few of them."""
    columns = [
        column
        for (column,) in rows(
            name,
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = 'customer_tier_standing' ORDER BY ordinal_position""",
        )
        if column not in LEFT_OUT | leave_out
    ]
    # As text, because unknown numbers do not equal themselves.
    values = ", ".join(f"{column}::text" for column in columns)
    statement = f"SELECT {values} FROM customer_tier_standing WHERE {condition}"
    return _differences("standings", rows(name, statement), rows(other, statement), columns)


def _differences(subject, some, others, columns=None):
    some, others = Counter(some), Counter(others)
    extra, missing = list((some - others).elements()), list((others - some).elements())
    if not (extra or missing):
        return []
    texts = [f"{subject}: {len(extra)} rows more and {len(missing)} less than undisturbed"]
    for left, right in zip(
        sorted(map(str, extra))[:3], sorted(map(str, missing))[:3], strict=False
    ):
        texts += [f"  here   {left}", f"  there  {right}"]
    if columns and extra and missing:
        texts.append(f"  columns {_columns(extra, missing, columns)}")
    return texts


def _columns(extra, missing, columns):
    """How often each column differs, of rows with the same customer."""
    key = columns.index("partner_id")
    others = {row[key]: row for row in missing}
    pairs = ((row, others[row[key]]) for row in extra if row[key] in others)
    return dict(
        Counter(
            name
            for row, other in pairs
            for name, one, two in zip(columns, row, other, strict=True)
            if one != two
        )
    )
