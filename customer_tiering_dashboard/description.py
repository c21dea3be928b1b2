"""What the dashboards show. ``./dev dashboards`` makes the files in ``data/files`` of it, which are
never written by hand."""

from dataclasses import dataclass, field, replace

SNAPSHOT, STANDING = "customer.tier.snapshot", "customer.tier.standing"
CHANGE, REMINDER = "customer.tier.change", "customer.reminder"

# Menus that cards are drawn as buttons for.
CUSTOMERS = "customer_tiering.customer_tier_standing_menu"
STAGES = "customer_tiering.customer_tier_stage_menu"
MOVES = "customer_tiering.customer_tier_change_menu"
REMINDERS = "customer_tiering_reminder.customer_reminder_menu"
MONTHS = "customer_tiering_overview.customer_tier_snapshot_menu"

# What figures open: the records that they count, in the list of this action.
ACTIONS = {
    STANDING: "customer_tiering.customer_tier_standing_action",
    CHANGE: "customer_tiering.customer_tier_change_action",
    REMINDER: "customer_tiering_reminder.customer_reminder_action",
    SNAPSHOT: "customer_tiering_overview.customer_tier_snapshot_action_rows",
}


@dataclass(frozen=True)
class Filter:
    """A choice above a dashboard.

    :param model: of what is chosen; none for a period
    :param chains: field path by model that the choice is about
    """

    label: str
    chains: dict
    model: str = ""
    default: str = ""


@dataclass(frozen=True)
class Card:
    """One number, which opens what it counts.

    :param menu: without it, a card is not drawn as a button
    :param compared: how it is compared with the period before, ``percentage`` or ``difference``
    :param good: whether more of it is better
    """

    title: str
    model: str
    measure: str
    menu: str
    domain: tuple = ()
    compared: str = ""
    good: bool = True


@dataclass(frozen=True)
class Chart:
    """Its parts open what they count; it has no menu, which would open everything."""

    title: str
    model: str
    kind: str
    group_by: tuple
    measure: str
    domain: tuple = ()


@dataclass(frozen=True)
class Table:
    """A pivot; its cells open what they count."""

    title: str
    model: str
    rows: tuple
    measures: tuple
    columns: tuple = ()
    domain: tuple = ()
    sort: str = ""
    limit: int = 10


@dataclass(frozen=True)
class Records:
    """The first records of a list."""

    title: str
    model: str
    fields: tuple
    order: tuple
    domain: tuple = ()
    limit: int = 10


@dataclass(frozen=True)
class Dashboard:
    """One page: cards on top, charts two abreast, tables below each other."""

    code: str
    filters: tuple
    cards: tuple = ()
    charts: tuple = ()
    tables: tuple = field(default=())


PERIOD = Filter(
    "Period",
    {SNAPSHOT: "month", CHANGE: "date", REMINDER: "date"},
    default="last_12_months",
)
LATELY = replace(PERIOD, default="last_90_days")
COMPANY = Filter(
    "Company",
    {
        SNAPSHOT: "company_id",
        STANDING: "company_id",
        CHANGE: "standing_id.company_id",
        REMINDER: "company_id",
    },
    model="res.company",
)
PROGRAM = Filter(
    "Programme",
    {
        SNAPSHOT: "program_id",
        STANDING: "program_id",
        CHANGE: "to_tier_id.program_id",
        REMINDER: "tier_id.program_id",
    },
    model="customer.tier.program",
)
SALESPERSON = Filter(
    "Salesperson",
    {
        SNAPSHOT: "user_id",
        STANDING: "partner_id.user_id",
        CHANGE: "standing_id.partner_id.user_id",
        REMINDER: "partner_id.user_id",
    },
    model="res.users",
)
TODAY_FILTERS = (COMPANY, PROGRAM, SALESPERSON)
FILTERS = (PERIOD, *TODAY_FILTERS)

IN_TIER = (("tier_id", "!=", False),)
OWN_PAST = (("merged_from", "=", False),)
MOVED = (("direction", "in", ["up", "down", "out"]), *OWN_PAST)
PROMOTED = (("direction", "=", "up"), *OWN_PAST)
DEMOTED = (("direction", "=", "down"), *OWN_PAST)
WON_BACK = (("to_stage", "=", "won_back"), ("from_stage", "!=", False), *OWN_PAST)
REMINDED = (("arm", "!=", "control"),)

DASHBOARDS = (
    Dashboard(
        "today",
        TODAY_FILTERS,
        cards=(
            Card("Customers in tiers", STANDING, "__count", CUSTOMERS, IN_TIER),
            Card("Loyal", STANDING, "__count", STAGES, (("lifecycle_stage", "=", "loyal"),)),
            Card("Dormant", STANDING, "__count", STAGES, (("lifecycle_stage", "=", "dormant"),)),
            Card(
                "Late with an order",
                STANDING,
                "__count",
                CUSTOMERS,
                (("next_order_late", "<", "today"),),
            ),
            Card(
                "High credit risk", STANDING, "__count", CUSTOMERS, (("credit_band", "=", "high"),)
            ),
            Card(
                "Open reminders",
                REMINDER,
                "__count",
                REMINDERS,
                (*REMINDED, ("state", "=", "open")),
            ),
        ),
        charts=(
            Chart(
                "Customers by tier and stage",
                STANDING,
                "bar",
                ("tier_id", "lifecycle_stage"),
                "__count",
            ),
            # Not a pie, whose colours would follow from the alphabet: high in blue, low in red.
            Chart("Customers by credit risk", STANDING, "bar", ("credit_band",), "__count"),
        ),
        tables=(
            Records(
                "Latest moves",
                CHANGE,
                ("date", "partner_id", "from_tier_id", "to_tier_id", "reason"),
                (("date", False),),
                MOVED,
            ),
        ),
    ),
    Dashboard(
        "over_time",
        FILTERS,
        cards=(
            # Of history itself, so that they open the customers who moved.
            Card("Promoted", CHANGE, "__count", MOVES, PROMOTED, compared="difference"),
            Card("Demoted", CHANGE, "__count", MOVES, DEMOTED, compared="difference", good=False),
            Card("Won back", CHANGE, "__count", MOVES, WON_BACK, compared="difference"),
            Card("Repurchase rate (%)", SNAPSHOT, "repeat_rate:avg", MONTHS, compared="difference"),
        ),
        charts=(
            Chart(
                "Customers by tier",
                SNAPSHOT,
                "bar",
                ("month:month", "tier_id"),
                "customer_count",
            ),
            Chart(
                "Moves between tiers",
                CHANGE,
                "bar",
                ("date:month", "direction"),
                "__count",
                MOVED,
            ),
            Chart(
                "Repurchase rate by tier (%)",
                SNAPSHOT,
                "line",
                ("month:month", "tier_id"),
                "repeat_rate",
                IN_TIER,
            ),
            Chart(
                "Customers by stage",
                SNAPSHOT,
                "bar",
                ("month:month", "lifecycle_stage"),
                "customer_count",
            ),
        ),
        tables=(
            Table(
                "Moves by tier",
                SNAPSHOT,
                ("tier_id",),
                ("customer_count:avg", "first_count", "up_count", "down_count", "out_count"),
            ),
        ),
    ),
    Dashboard(
        "money",
        FILTERS,
        cards=(
            Card("Revenue", SNAPSHOT, "amount", MONTHS, compared="percentage"),
            Card("Margin", SNAPSHOT, "margin", MONTHS, compared="percentage"),
            Card("Orders", SNAPSHOT, "order_count", MONTHS, compared="difference"),
            Card("Saved by tier prices", SNAPSHOT, "saved", MONTHS, compared="difference"),
        ),
        charts=(
            Chart("Revenue by tier", SNAPSHOT, "bar", ("month:month", "tier_id"), "amount"),
            Chart("Margin by tier", SNAPSHOT, "bar", ("month:month", "tier_id"), "margin"),
        ),
        tables=(
            Table(
                "Money by tier",
                SNAPSHOT,
                ("tier_id",),
                ("amount", "order_count", "margin", "saved", "repeat_rate:avg"),
                sort="amount",
            ),
            Table(
                "Money by salesperson",
                SNAPSHOT,
                ("user_id",),
                ("amount", "order_count", "margin", "saved"),
                sort="amount",
            ),
        ),
    ),
    Dashboard(
        "reminders",
        (LATELY, *TODAY_FILTERS),
        cards=(
            Card("Reminders", REMINDER, "__count", REMINDERS, REMINDED, compared="difference"),
            Card(
                "Orders after reminders",
                REMINDER,
                "__count",
                REMINDERS,
                (*REMINDED, ("state", "=", "ordered")),
                compared="difference",
            ),
        ),
        charts=(
            Chart(
                "Reminders by month",
                REMINDER,
                "bar",
                ("date:month", "state"),
                "__count",
                REMINDED,
            ),
            Chart(
                "Reminders by tier",
                REMINDER,
                "bar",
                ("tier_id", "state"),
                "__count",
                REMINDED,
            ),
        ),
        tables=(
            Table(
                "Reminders by rule",
                REMINDER,
                ("rule_id",),
                ("__count",),
                columns=("state",),
                domain=REMINDED,
            ),
        ),
    ),
)
