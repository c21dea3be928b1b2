"""The columns of ``customer.tier.standing`` that grading writes, in one table.

What is read back before a grading (``customer.tier.gather._previous``), staged and stored after it
(``customer.tier.store._save``), what follows from entering a tier and what a customer keeps whom
no programme selects any more all follow from :func:`core_columns`. Addons add theirs in
``customer.tier.store._standing_columns``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from odoo.tools import SQL


@dataclass(frozen=True)
class Storage:
    """How a value that grading found is staged, stored, and read again.

    :param staged: SQL type in the staging table, where nothing is NULL: ``int4``, with 0 for what
        is not there, or ``float8`` with NaN
    :param stored: SQL of the value to store; ``%s`` stands for the staged one
    :param restored: SQL of the staged value; ``%s`` stands for the stored one
    :param arguments: what these need besides, before the value
    :param empty: what is stored of a customer who has left all programmes
    """

    staged: str
    stored: str
    restored: str = ""
    arguments: tuple = ()
    empty: str = "NULL"

    def store(self, staged):
        return SQL(self.stored, *self.arguments, staged)

    def restore(self, stored):
        return SQL(self.restored, *self.arguments, stored)


# An id, or a number of which 0 is none.
ID = Storage("int4", "NULLIF(%s, 0)", "COALESCE(%s, 0)")
COUNT = Storage("int4", "%s", "COALESCE(%s, 0)", empty="0")
# The number of a day since 1970.
DAY = Storage(
    "float8",
    "(date '1970-01-01' + NULLIF(%s, 'NaN')::int)",
    "COALESCE((%s - date '1970-01-01')::float8, 'NaN')",
)
FLOAT = Storage("float8", "NULLIF(%s, 'NaN')")
INTEGER = Storage("float8", "NULLIF(%s, 'NaN')::int4")
MONEY = Storage("float8", "NULLIF(%s, 'NaN')::numeric")


def selection(names):
    """A choice, staged as its position among some names, from 1 on; outside of them is none."""
    return Storage(
        "int4",
        "(%s::varchar[])[%s]",
        "COALESCE(array_position(%s::varchar[], %s), 0)",
        (list(names),),
    )


@dataclass(frozen=True)
class Column:
    """A column of the standing.

    :param name: field of ``customer.tier.standing``
    :param storage: :class:`Storage`; None for what the store knows without a frame
    :param frame: column of the graded frame (see ``settle.settle``) that it comes from; by
        default the one with its name
    :param value: function ``(frame, policy.Program) → array`` in place of a column of the frame
    :param remembered: the next grading needs it, in ``settle.PREVIOUS`` as ``frame``
    :param fallbacks: columns that it is read from while it is empty
    :param entry: follows from entering a tier, see ``settle.entry``
    :param kept: stays when no programme selects the customer any more
    """

    name: str
    storage: Storage | None
    frame: str = ""
    value: Callable | None = None
    remembered: bool = False
    fallbacks: tuple = ()
    entry: bool = False
    kept: bool = False

    @property
    def returns(self):
        """Whether it waits for a customer who cannot be one for a while, such as an archived one:
        the tier by the rules and what protects it, which count again when the customer is back."""
        return self.entry or self.name == "computed_tier_id"

    @property
    def in_frame(self):
        return self.frame or self.name

    def values(self, frame, policy):
        """Array of the values to stage."""
        return self.value(frame, policy) if self.value else frame[self.in_frame]

    def store(self, staged):
        """SQL of the value to store, from the row of this alias in the staging table."""
        return self.storage.store(SQL.identifier(staged, self.name))

    def restore(self, standing):
        """SQL of the value of the last grading, from the standing of this alias."""
        names = (self.name, *self.fallbacks)
        stored = SQL(", ").join(SQL.identifier(standing, name) for name in names)
        return self.storage.restore(SQL("COALESCE(%s)", stored) if self.fallbacks else stored)


@cache
def core_columns():
    """The columns of this addon. A function, as the names of codes stand in modules that load
    numpy."""
    from .grading.lifecycle import STAGES
    from .grading.movement import REASONS
    from .grading.next_look import CAUSES
    from .grading.payment import BANDS

    stage = selection(STAGES)
    return (
        # The tier
        Column("program_id", ID, "program", remembered=True),
        Column("tier_id", ID, "tier", remembered=True),
        Column("computed_tier_id", ID, "computed", remembered=True),
        Column("target_tier_id", ID, "target"),
        # Code 0 is to stay.
        Column("waiting", selection(sorted(REASONS, key=REASONS.get)[1:])),
        Column("proposed_tier_id", ID, "proposed"),
        Column("entry_rule_id", ID, "entry"),
        Column("next_follow_up_date", DAY, "follow_up"),
        # Movement from tier to tier. Graded before there was any, a customer is in its tier since
        # it entered it.
        Column(
            "computed_since",
            DAY,
            "entered",
            remembered=True,
            fallbacks=("tier_since",),
            entry=True,
        ),
        Column(
            "reviewed_on",
            DAY,
            "reviewed",
            remembered=True,
            fallbacks=("computed_since", "tier_since"),
            entry=True,
        ),
        Column("above_since", DAY, "above", remembered=True, entry=True),
        Column("missed_reviews", COUNT, "missed", remembered=True, entry=True),
        Column("noticed_on", DAY, "noticed", remembered=True, entry=True),
        Column("refused_on", DAY, "refused", remembered=True, entry=True),
        Column("guaranteed_until", DAY, "guaranteed", entry=True),
        # When time alone could make a difference
        Column("next_look", DAY, "look"),
        Column("next_look_cause", selection(CAUSES[1:]), "look_cause"),
        # Figures
        Column("score", FLOAT),
        Column("coverage", FLOAT),
        Column("amount", MONEY, "metric:amount", kept=True),
        Column("order_count", COUNT, "metric:order_count", kept=True),
        Column("last_order_date", DAY, "last_day", kept=True),
        Column("next_order_date", DAY, "next_day"),
        Column("next_order_from", DAY, "next_from"),
        Column("next_order_until", DAY, "next_until"),
        Column("next_order_late", DAY, "late_day"),
        Column("call_date", DAY, "call_day"),
        Column("late_share", FLOAT),
        Column("interval_count", INTEGER),
        Column("own_interval", FLOAT),
        Column("own_weight", FLOAT),
        Column("stay_away", FLOAT),
        Column("rfm_r", ID),
        Column("rfm_f", ID),
        Column("rfm_m", ID),
        Column("segment_id", ID, "segment"),
        # Lifecycle
        Column("lifecycle_stage", stage, "stage", remembered=True),
        Column("previous_stage", stage, "stage_before"),
        Column("stage_since", DAY, "stage_entered"),
        # How the customer pays
        Column("credit_score", FLOAT),
        Column("credit_band", selection(BANDS), value=_credit_band),
        Column("days_beyond_terms", FLOAT),
        Column("on_time_share", FLOAT),
        Column("worst_delay", INTEGER),
        Column("overdue_amount", MONEY),
        Column("credit_invoice_count", INTEGER),
        # Why: the rules and the numbers
        Column("policy_id", None),
        Column("numbers", None),
    )


def _credit_band(frame, policy):
    # Its codes count from 0.
    return frame["credit_band"] + 1
