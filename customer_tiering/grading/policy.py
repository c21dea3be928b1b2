"""A programme as plain, frozen values: what the grading functions are told about the rules."""

from dataclasses import asdict, dataclass, fields, replace

# Version of what :func:`to_rules` writes. Rules from before they had one are read like 1, which has
# the population's interval alone: its ``rhythm`` is then ``None``.
FORMAT = 2
# Measures that are not formulas over orders.
GIVEN = "given"
RATIO = "ratio"
# Measures that every customer has a value for: it is 0 for who bought nothing.
ALWAYS_KNOWN = frozenset(
    {"amount", "order_count", "quantity", "product_count", "category_count", "margin"}
)
# Measures that count how often somebody ordered.
COUNTS = frozenset({"order_count", "purchase_days"})
# Measures whose values change every day although nothing happens.
VOLATILE_MEASURES = frozenset({"recency_days"})
# Stands in a condition for the score instead of a metric's code.
SCORE = ""
# The months of a metric that a programme may mean a year of its own by, see ``Program.period``.
YEAR = 12
# Where a share of the best begins while nobody can be ranked: a value that nobody reaches.
UNRANKED = 1e15
# What counts as bought: confirmed orders less what came back, or invoices less credit notes. Rules
# of format 1 counted orders whatever came back, which nothing is graded by any more.
ORDERED, INVOICED, GROSS = "ordered", "invoiced", "gross"
BASES = (ORDERED, INVOICED, GROSS)
# Customers whom proposals and previews are made from.
SAMPLE_SIZE = 20000


@dataclass(frozen=True)
class Metric:
    """A number about a customer.

    ``code`` names the column, ``measure`` the formula (a key of ``metrics.MEASURES`` or
    ``metrics.PAYMENT_MEASURES``, ``GIVEN`` for a number that comes with the facts, or ``RATIO`` of
    the two metrics in ``parts``) and ``months`` the window that ends at the as-of date; 0 looks at
    all history. Payments have a window of their own, see ``Credit``, and so no months.
    """

    code: str
    measure: str
    months: int = 0
    parts: tuple[str, ...] = ()

    @property
    def has_window(self):
        """Whether it is computed from the orders of so many months, which one day no longer holds
        the oldest one."""
        return bool(self.months) and self.measure not in (GIVEN, RATIO)


def of_a_year(metrics):
    """Codes of the metrics whose values belong to a year and not to a day."""
    codes = {m.code for m in metrics if m.months == YEAR and m.measure != RATIO}
    return codes | {metric.code for metric in metrics if codes.intersection(metric.parts)}


def volatile(metrics):
    """Codes of the metrics whose values change by themselves every day."""
    codes = {metric.code for metric in metrics if metric.measure in VOLATILE_MEASURES}
    return codes | {metric.code for metric in metrics if codes.intersection(metric.parts)}


@dataclass(frozen=True)
class Bands:
    """Half-open bands closed on the left; ``points[i]`` belongs to values in
    ``[bounds[i], bounds[i + 1])``. The first band is open below, the last one above.

    ``numbers`` are the band numbers where these were cut from customers: a cut that was repeated
    leaves numbers out, whose bands are empty. Without them (typed bands, and rules of before they
    were kept) bands are numbered by their points.
    """

    bounds: tuple[float, ...]
    points: tuple[float, ...]
    numbers: tuple[int, ...] = ()

    def __post_init__(self):
        if not self.bounds or len(self.bounds) != len(self.points):
            raise ValueError("Bands need as many bounds as points, and at least one.")
        if any(low >= high for low, high in zip(self.bounds, self.bounds[1:], strict=False)):
            raise ValueError("The bounds of bands must rise.")
        if self.numbers and len(self.numbers) != len(self.bounds):
            raise ValueError("Bands have a number each, or none has.")
        if any(number < 1 for number in self.numbers):
            raise ValueError("The numbers of bands begin with 1.")


@dataclass(frozen=True)
class Linear:
    """Straight line from 0 points at ``zero`` to 100 points at ``full``, flat beyond.
    ``zero > full`` means that fewer is better."""

    zero: float
    full: float

    def __post_init__(self):
        if self.zero == self.full:
            raise ValueError("A line needs two different values.")


@dataclass(frozen=True)
class Indicator:
    """A metric that earns points; ``role`` is ``r``, ``f`` or ``m`` where it is part of RFM."""

    id: int
    metric: str
    weight: float
    scale: Bands | Linear
    role: str = ""


@dataclass(frozen=True)
class Condition:
    """A comparison of a metric, or of the score where ``metric`` is ``SCORE``, with a number; a
    customer without a value does not meet it. ``keep`` is the easier number that is enough to stay
    in a tier, ``None`` for the same."""

    metric: str
    operator: str
    value: float
    keep: float | None = None

    @property
    def kept(self):
        """The comparison that is enough to stay."""
        return self if self.keep is None else replace(self, value=self.keep, keep=None)


@dataclass(frozen=True)
class Tier:
    """One step of the ladder.

    All of the requirements must hold, or with ``match_any`` one of them; a tier without any takes
    everybody. ``top`` is a share of the best customers as a frozen cut, so that one customer is
    graded the same alone and among all.
    """

    id: int
    min_score: float = 0.0
    conditions: tuple[Condition, ...] = ()
    match_any: bool = False
    top: Condition | None = None
    keep_score: float | None = None

    @property
    def requirements(self):
        """Minimum score (unless 0), share of the best and conditions, in this order."""
        score = Condition(SCORE, ">=", self.min_score, self.keep_score)
        first = (score,) if self.min_score > 0 else ()
        return first + ((self.top,) if self.top else ()) + self.conditions


@dataclass(frozen=True)
class Veto:
    """Whoever meets the condition gets at most the tier ``tier_id``; an unknown value does not."""

    id: int
    condition: Condition
    tier_id: int


@dataclass(frozen=True)
class Entry:
    """The tier of customers without any order who came in a certain way.

    Criteria that are 0, empty or, for ``countries`` (a group may be empty), ``None`` fit
    everybody. ``value`` is the least of the metric named. ``follow_up_days`` is how often such a
    customer is followed up, 0 for never.
    """

    id: int
    tier_id: int
    medium: int = 0
    source: int = 0
    tags: tuple[int, ...] = ()
    countries: tuple[int, ...] | None = None
    metric: str = ""
    value: float = 0.0
    follow_up_days: int = 0


@dataclass(frozen=True)
class Review:
    """When tiers are reviewed.

    ``every`` is ``day``, ``month``, ``quarter`` or ``year`` (their first day), ``dates`` (the
    ``(month, day)`` pairs of ``dates`` each year; 29 February falls back to the 28th) or
    ``anniversary`` (of each customer's entry into its tier).
    """

    every: str = "day"
    dates: tuple[tuple[int, int], ...] = ()

    def __post_init__(self):
        if self.every not in {"day", "month", "quarter", "year", "dates", "anniversary"}:
            raise ValueError(f"Unknown review calendar {self.every!r}")
        if self.every == "dates" and not self.dates:
            raise ValueError("A review on fixed dates needs at least one date.")


@dataclass(frozen=True)
class Movement:
    """How customers move from tier to tier once their figures ask for it.

    Up: ``promotion`` is ``at_once``, at the ``review``, or ``after`` so many ``promotion_days``
    during which the figures must ask for it without a break. Down: only at a review, not within
    ``hold_months`` from the entry into the tier, after so many reviews in a row (``misses``) below
    what keeps the tier, not sooner than ``notice_days`` after the notice (0: without one), and
    with ``one_level`` one step at a time. ``approval`` names the movements that somebody has to
    agree to: ``none``, ``down``, ``up`` or ``both``; who is graded for the first time rises like
    others, see ``settle.settle``.
    """

    promotion: str = "at_once"
    promotion_days: int = 0
    hold_months: int = 0
    misses: int = 1
    notice_days: int = 0
    one_level: bool = False
    review: Review = Review()
    approval: str = "none"

    def __post_init__(self):
        if self.approval not in {"none", "down", "up", "both"}:
            raise ValueError(f"Unknown approval {self.approval!r}")
        if self.promotion not in {"at_once", "review", "after"}:
            raise ValueError(f"Unknown promotion {self.promotion!r}")
        if min(self.promotion_days, self.hold_months, self.notice_days, self.misses - 1) < 0:
            raise ValueError("Periods cannot be negative, and one miss is the least.")

    def asks(self, direction):
        """Whether a movement ``up`` or ``down`` needs approval."""
        return self.approval in (direction, "both")


@dataclass(frozen=True)
class Lifecycle:
    """Where the stages of a customer's life begin and end; see ``lifecycle.stages``.

    Ratios compare the days since the last order with the customer's own rhythm: active up to
    ``mature_ratio``, then dormant, beyond ``lost_ratio`` lost; loyal needs ``loyal_orders`` and at
    most ``loyal_ratio``. Customers with fewer than ``min_orders`` have no rhythm of their own:
    they are dormant and lost after fixed days. New is who has at most ``new_orders`` or whose
    first order is less than ``new_days`` old. Whoever orders after being dormant or lost is won
    back for ``won_back_days``. Orders of one day count once.

    :raise ValueError: when thresholds are out of order, or days or numbers not positive
    """

    new_days: int = 90
    new_orders: int = 1
    mature_ratio: float = 2.0
    loyal_orders: int = 10
    loyal_ratio: float = 1.5
    lost_ratio: float = 4.0
    won_back_days: int = 90
    min_orders: int = 3
    dormant_days: int = 90
    lost_days: int = 180

    def __post_init__(self):
        # Written so that "not a number" is refused too.
        if not 0 < self.loyal_ratio <= self.mature_ratio < self.lost_ratio:
            raise ValueError(
                "Of the ratios, loyal must be positive, mature not less and lost greater."
            )
        if not 0 < self.dormant_days < self.lost_days:
            raise ValueError("Customers must be lost later than they are dormant.")
        if not min(self.new_days, self.won_back_days) > 0:
            raise ValueError("New and won back must last a day at least.")
        if not 1 <= self.new_orders < self.loyal_orders:
            raise ValueError("Loyal customers need more orders than new ones, and these one.")
        if not 2 <= self.min_orders <= self.loyal_orders:
            raise ValueError(
                "A rhythm takes two orders at least, and loyal customers need a rhythm."
            )


@dataclass(frozen=True)
class Curve:
    """How soon customers with ``intervals`` or more of their own order again, as it was seen.

    ``logs`` are natural logarithms of days, less what is known of each customer
    (``rhythm.Foresight``), at which 5 %, 10 %, 15 % … have ordered again; as many as were reached.
    ``seen`` is the share (0–1) of those who were seen to order again at all, ``last`` where the
    last of them did. ``back`` is the share of those who come back within ``Rhythm.within``, which
    is longer for slow customers as their days are; 1 where the next order is expected when half of
    all have ordered again.
    """

    intervals: int
    logs: tuple[float, ...]
    last: float
    seen: float
    back: float = 1.0


@dataclass(frozen=True)
class Rhythm:
    """How customers order, learnt from all of them by ``rhythm.learn`` and frozen.

    ``typical`` and ``late``: days after which half, and four of five, of all have ordered again;
    where fewer are seen to, ``half`` and ``most`` (0–1) have.
    ``centre``: mean of the logarithms of the days between two orders. ``weight``: variance of
    that between customers over that within them; n intervals of its own weigh ``n·weight / (1 +
    n·weight)`` in what is foreseen of a customer. ``spread`` and ``strength``: standard deviation
    of one customer's logarithms, and as many intervals as it counts for where a customer's own is
    drawn to it. Regular is whose own is below ``cut`` then; 0 for nobody. ``curves`` by rising
    ``intervals``, ``regular`` that of regular customers. Learnt from ``ended`` intervals and
    ``open`` ones, from the day ``since`` to the day ``until`` (day numbers).
    Who comes back orders again ``within`` so many days, which the share ``again`` (0–1) of all do;
    half of them have after ``soon`` days, 0 for unknown: then the next order is expected. Who does
    so later, or never, says nothing of that day.
    """

    typical: float
    late: float
    centre: float
    weight: float
    spread: float
    strength: float
    cut: float
    curves: tuple[Curve, ...]
    regular: Curve | None = None
    ended: int = 0
    open: int = 0
    since: int = 0
    until: int = 0
    half: float = 0.5
    most: float = 0.8
    within: int = 0
    again: float = 0.0
    soon: int = 0


@dataclass(frozen=True)
class Segment:
    """A named box of RFM band numbers, bounds inclusive; see ``Program.rfm_mode``."""

    id: int
    r: tuple[int, int]
    f: tuple[int, int]
    m: tuple[int, int]


@dataclass(frozen=True)
class Credit:
    """How payments become a credit score; see ``payment``.

    Payments of the last ``window_days`` count; fewer than ``min_invoices`` different invoices
    make no score. ``clamp`` counts an early payment as one on the day. Scores from ``low_from``
    on are a low risk, from ``medium_from`` on a medium one, below it a high one. Rests of a debt up
    to the ``tolerance``, and debts up to the currency's smallest ``unit``, are nobody's delay.
    """

    window_days: int = 365
    min_invoices: int = 3
    clamp: bool = False
    low_from: float = 80.0
    medium_from: float = 50.0
    tolerance: float = 0.0
    unit: float = 0.0

    def __post_init__(self):
        if self.window_days < 1 or self.min_invoices < 1:
            raise ValueError("A window and a minimum of invoices are at least 1.")
        if min(self.tolerance, self.unit) < 0:
            raise ValueError("What is too little to be a delay is not below 0.")
        if self.medium_from > self.low_from:
            raise ValueError("A medium risk cannot begin above a low one.")


@dataclass(frozen=True)
class Program:
    """Everything that grading needs to know, tiers ordered from the lowest to the highest.

    ``rhythm`` is what is known of how customers order, frozen so that one customer is graded the
    same alone and among all; ``None`` when nobody has learnt it. Then ``typical_interval``, the
    population's median number of days between two orders, stands in; ``None`` for unknown, too.
    A score that rests on less than ``min_coverage`` (0–1) of the weights counts as unknown.
    ``rfm_mode`` tells what segments are boxes of: ``three`` of R, F and M, ``mean`` of R and the
    mean of F and M, which their F bounds are for. Without ``lifecycle`` there are no stages.
    ``period`` tells what metrics over ``YEAR`` months look at: ``rolling`` the months before the
    as-of day, else years of their own, see ``years``: ``calendar`` from 1 January,
    ``anniversary`` from each customer's first order. ``basis`` is what counts as bought.
    """

    id: int
    metrics: tuple[Metric, ...]
    indicators: tuple[Indicator, ...] = ()
    tiers: tuple[Tier, ...] = ()
    segments: tuple[Segment, ...] = ()
    typical_interval: float | None = None
    vetoes: tuple[Veto, ...] = ()
    min_coverage: float = 0.0
    rfm_mode: str = "three"
    movement: Movement = Movement()
    entries: tuple[Entry, ...] = ()
    credit: Credit = Credit()
    lifecycle: Lifecycle | None = None
    period: str = "rolling"
    basis: str = ORDERED
    rhythm: Rhythm | None = None

    def __post_init__(self):
        if self.basis not in BASES:
            raise ValueError(f"Unknown basis {self.basis!r}")
        if self.period not in {"rolling", "calendar", "anniversary"}:
            raise ValueError(f"Unknown period {self.period!r}")

    def is_covered(self, coverage):
        """Whether so much of the weights is known that the score counts.

        :param coverage: share of the weights, 0–1: a number or an array
        """
        return coverage >= self.min_coverage


# Rules that are kept

# Class of the objects that are kept under a name; those of a scale tell by their fields.
_CLASSES = {
    "metrics": Metric,
    "indicators": Indicator,
    "tiers": Tier,
    "conditions": Condition,
    "condition": Condition,
    "top": Condition,
    "segments": Segment,
    "vetoes": Veto,
    "entries": Entry,
    "movement": Movement,
    "review": Review,
    "credit": Credit,
    "lifecycle": Lifecycle,
    "rhythm": Rhythm,
    "curves": Curve,
    "regular": Curve,
}


def to_rules(program):
    """A programme as plain values that can be kept as JSON for years, for :func:`from_rules`.

    The names of the classes' fields are keys in it. Whoever renames or removes a field, or changes
    what it means, raises ``FORMAT`` and has :func:`from_rules` translate the older ones; a new
    field needs a default by which older rules mean what they meant.

    :return: dict of ``format``, the fields of ``Program`` and ``cuts``: id of the tier (as text,
        which keys are in JSON) → where its share of the best begins. That is measured anew for
        every grading of everybody, so it is kept beside the tiers, where it is 0
    """
    cuts = {str(tier.id): tier.top.value for tier in program.tiers if tier.top}
    kept = asdict(without_cuts(program), dict_factory=_kept)
    return {"format": FORMAT, **kept, "cuts": cuts}


def _kept(fields_of_one):
    # Bands without numbers are written as before there were any: the same rules stay the same.
    return {name: value for name, value in fields_of_one if name != "numbers" or value}


def without_cuts(program):
    """The rules of a programme without where its shares of the best begin at present."""
    tiers = (replace(t, top=t.top and replace(t.top, value=0.0)) for t in program.tiers)
    return replace(program, tiers=tuple(tiers))


def from_rules(rules):
    """The programme that :func:`to_rules` made some rules of.

    Fields that were not there yet have their defaults, and what is none of ``Program`` is ignored:
    rules are kept together with names.

    :param rules: dict, as it comes from JSON
    :raise ValueError: when the rules are of a format that is not known here, or no programme can
        have them
    """
    if rules.get("format", 1) not in range(1, FORMAT + 1):
        raise ValueError(f"Rules of the unknown format {rules['format']!r}")
    if rules.get("format", 1) < 2:
        rules = {"basis": GROSS, **rules}
    program = _read(Program, rules)
    cuts = rules.get("cuts", {})
    tiers = (
        replace(t, top=replace(t.top, value=cuts.get(str(t.id), UNRANKED))) if t.top else t
        for t in program.tiers
    )
    return replace(program, tiers=tuple(tiers))


def basis_of(rules):
    """What some kept rules count as bought; what is not known is orders."""
    return (rules or {}).get("basis", ORDERED)


def read_rhythm(kept):
    """The rhythm that ``asdict`` made a dict of, as it comes from JSON."""
    return _read(Rhythm, kept)


def _read(cls, kept):
    known = {field.name for field in fields(cls)}
    return cls(**{name: _value(name, value) for name, value in kept.items() if name in known})


def _value(name, kept):
    if isinstance(kept, list | tuple):
        return tuple(_value(name, item) for item in kept)
    if not isinstance(kept, dict):
        return kept
    if name == "scale":
        return _read(Bands if "bounds" in kept else Linear, kept)
    return _read(_CLASSES[name], kept)
