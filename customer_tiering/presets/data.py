"""The presets themselves. Amounts are in the currency of the company."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# Metric code, weight, direction, bounds of the bands above the lowest one, RFM part.
_RECENCY = ("recency_days", 20, "low", (30, 60, 120, 240), "r")
_FREQUENCY = ("purchase_days", 30, "high", (2, 4, 8, 12), "f")
_MONETARY = ("amount", 50, "high", (5000, 10000, 20000, 50000), "m")
_REGULARITY = ("interval_cv", 10, "low", (0.3, 0.5, 0.8, 1.2), "")
_BREADTH = ("category_count", 10, "high", (2, 3, 4, 5), "")
_VALUE = ("average_order", 10, "high", (500, 1000, 2000, 5000), "")

# Name, colour, and the bands (inclusive) of R, F and M; first match wins.
_SEGMENTS_IN_THIRDS = (
    (_lt("Champions"), 10, (3, 3), (3, 3), (3, 3)),
    (_lt("Loyal Customers"), 3, (2, 3), (3, 3), (1, 3)),
    (_lt("Big Spenders"), 8, (2, 3), (1, 2), (3, 3)),
    (_lt("Potential Loyalists"), 6, (3, 3), (2, 2), (1, 2)),
    (_lt("New Customers"), 4, (3, 3), (1, 1), (1, 2)),
    (_lt("Need Attention"), 2, (2, 2), (2, 2), (1, 2)),
    (_lt("About to Sleep"), 7, (2, 2), (1, 1), (1, 2)),
    (_lt("Cannot Lose Them"), 9, (1, 1), (2, 3), (3, 3)),
    (_lt("At Risk"), 1, (1, 1), (2, 3), (1, 2)),
    (_lt("Lost"), 11, (1, 1), (1, 1), (1, 3)),
)

# Name, colour, and the bands (inclusive) of R and of the mean of F and M; first match wins.
_SEGMENTS_OF_GRID = (
    (_lt("Champions"), 10, (4, 5), (5, 5)),
    (_lt("Loyal Customers"), 3, (3, 5), (4, 5)),
    (_lt("Potential Loyalists"), 8, (4, 5), (2, 3)),
    (_lt("New Customers"), 4, (5, 5), (1, 1)),
    (_lt("Promising"), 6, (4, 4), (1, 1)),
    (_lt("Need Attention"), 2, (3, 3), (3, 3)),
    (_lt("About to Sleep"), 7, (3, 3), (1, 2)),
    (_lt("Cannot Lose Them"), 9, (1, 2), (5, 5)),
    (_lt("At Risk"), 1, (1, 2), (3, 4)),
    (_lt("Hibernating"), 5, (2, 2), (1, 2)),
    (_lt("Lost"), 11, (1, 1), (1, 2)),
)

# `min_coverage` is a little more than the weights of what is known of who never bought, of whom
# there is no recency: else they would score as the lost ones do, who bought nothing in the year
# either.
PRESETS = {
    "wholesale": {
        "min_coverage": 0.81,
        "name": _lt("Wholesale customers"),
        "indicators": (_RECENCY, _FREQUENCY, _MONETARY),
        "tiers": (
            {"name": _lt("Regular"), "color": 4},
            {
                "name": _lt("Silver"),
                "color": 0,
                "discount": 5,
                "conditions": [("amount", ">=", 5000)],
            },
            {
                "name": _lt("Gold"),
                "color": 3,
                "discount": 10,
                "conditions": [("amount", ">=", 20000)],
            },
            {
                "name": _lt("Diamond"),
                "color": 11,
                "discount": 15,
                "conditions": [("amount", ">=", 50000)],
            },
        ),
    },
    "rfm": {
        "min_coverage": 0.67,
        "name": _lt("Recency, frequency, monetary value"),
        "quantile": True,
        "indicators": (
            ("recency_days", 1, "low", (30, 60, 120, 240), "r"),
            ("purchase_days", 1, "high", (2, 4, 8, 12), "f"),
            ("amount", 1, "high", (5000, 10000, 20000, 50000), "m"),
        ),
        "tiers": (
            {"name": _lt("Low value"), "color": 7},
            {"name": _lt("Developing"), "color": 4, "min_score": 40},
            {"name": _lt("Valuable"), "color": 3, "min_score": 60},
            {"name": _lt("Top value"), "color": 10, "min_score": 80},
        ),
    },
    "rfm3": {
        "min_coverage": 0.67,
        "name": _lt("RFM in thirds"),
        "quantile": True,
        "indicators": (
            ("recency_days", 1, "low", (60, 180), "r"),
            ("purchase_days", 1, "high", (2, 6), "f"),
            ("amount", 1, "high", (5000, 20000), "m"),
        ),
        "segments": _SEGMENTS_IN_THIRDS,
        # Scores are 33.33, 44.44 … 100.
        "tiers": (
            {"name": _lt("Low value"), "color": 7},
            {"name": _lt("Developing"), "color": 4, "min_score": 50},
            {"name": _lt("Valuable"), "color": 3, "min_score": 65},
            {"name": _lt("Top value"), "color": 10, "min_score": 85},
        ),
    },
    "rfm_grid": {
        "min_coverage": 0.51,
        "name": _lt("RFM grid"),
        "quantile": True,
        "indicators": (
            ("recency_days", 2, "low", (30, 60, 120, 240), "r"),
            ("purchase_days", 1, "high", (2, 4, 8, 12), "f"),
            ("amount", 1, "high", (5000, 10000, 20000, 50000), "m"),
        ),
        "rfm_mode": "mean",
        "segments": _SEGMENTS_OF_GRID,
        "tiers": (
            {"name": _lt("Low value"), "color": 7},
            {"name": _lt("Developing"), "color": 4, "min_score": 40},
            {"name": _lt("Valuable"), "color": 3, "min_score": 60},
            {"name": _lt("Top value"), "color": 10, "min_score": 80},
        ),
    },
    "weighted": {
        "min_coverage": 0.61,
        "name": _lt("Customer grades A to D"),
        "indicators": (
            ("amount", 30, "high", (5000, 10000, 20000, 50000), "m"),
            ("purchase_days", 20, "high", (2, 4, 8, 12), "f"),
            ("recency_days", 20, "low", (30, 60, 120, 240), "r"),
            _REGULARITY,
            _BREADTH,
            _VALUE,
        ),
        "tiers": (
            {"name": _lt("D customer"), "color": 7},
            {"name": _lt("C customer"), "color": 4, "min_score": 40},
            {"name": _lt("B customer"), "color": 3, "min_score": 60},
            {"name": _lt("A customer"), "color": 10, "min_score": 80},
        ),
    },
    "vip": {
        "min_coverage": 0.81,
        "name": _lt("VIP programme"),
        "indicators": (_RECENCY, _FREQUENCY, _MONETARY),
        "tiers": (
            {"name": _lt("Potential"), "color": 4},
            {"name": _lt("Ordinary"), "color": 8, "conditions": [("order_count_total", ">=", 1)]},
            {
                "name": _lt("VIP"),
                "color": 3,
                "conditions": [("amount", ">=", 20000), ("order_count", ">=", 4)],
            },
        ),
    },
}

# Name, colour, and the bands of R, F and M (inclusive) of a 5×5×5 scoring; first match wins.
SEGMENTS = (
    (_lt("Champions"), 10, (4, 5), (4, 5), (4, 5)),
    (_lt("Loyal Customers"), 3, (3, 5), (4, 5), (1, 5)),
    (_lt("Potential Loyalists"), 8, (4, 5), (2, 3), (1, 5)),
    (_lt("New Customers"), 4, (5, 5), (1, 1), (1, 5)),
    (_lt("Promising"), 6, (4, 4), (1, 1), (1, 5)),
    (_lt("Need Attention"), 2, (3, 3), (3, 3), (1, 5)),
    (_lt("About to Sleep"), 7, (3, 3), (1, 2), (1, 5)),
    (_lt("Cannot Lose Them"), 9, (1, 2), (4, 5), (4, 5)),
    (_lt("At Risk"), 1, (1, 2), (3, 5), (1, 5)),
    (_lt("Hibernating"), 5, (2, 2), (1, 2), (1, 5)),
    (_lt("Lost"), 11, (1, 1), (1, 2), (1, 5)),
)


# Where prospects enter, name, XML id of the contact tag, number of the tier from below where there
# are enough (the tiers above are for customers), and days between follow-ups.
ENTRY_RULES = (
    (_lt("Trade show with a deep talk"), "trade_show", 2, 7),
    (_lt("Inquiry with specification, quantity, terms and date"), "specification", 1, 14),
    (_lt("Inquiry about the price only"), "price_only", 0, 30),
    (_lt("Found by search or in a directory"), "search", 0, 90),
)

# Name, kind, from which tier counted from the top (0: all), and whether customers are told: what
# has to be organised first is for colleagues until somebody switches it on.
BENEFITS = (
    (_lt("Discount"), "discount", 0, True),
    (_lt("Contact person of your own"), "contact", 2, True),
    (_lt("Orders handled first"), "priority", 2, False),
    (_lt("Gift with the first order of the year"), "gift", 2, False),
    (_lt("New products before others"), "early", 1, False),
    (_lt("Invitation to our customer evening"), "event", 1, False),
)


def preset_terms():
    """All names that presets give, lazily translated."""
    for preset in PRESETS.values():
        yield preset["name"]
        yield from (tier["name"] for tier in preset["tiers"])
        yield from (segment[0] for segment in preset.get("segments", ()))
    yield from (segment[0] for segment in SEGMENTS)
    yield from (rule[0] for rule in ENTRY_RULES)
    yield from (benefit[0] for benefit in BENEFITS)
