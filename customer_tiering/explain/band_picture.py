"""The picture of a proposal, as numbers and texts for the template ``band_picture``.

Across everything is in percent, so that the picture fits any width without stretching its
texts; upright everything is in pixels.
"""

from statistics import median

from ..grading.policy import SAMPLE_SIZE
from ..tools import sentences
from .words import readable

HEIGHT = 200
# Labels of cuts stand in rows above the plot.
ROWS, ROW_HEIGHT = 3, 16
# What a character takes of the width, in percent, and in which windows that is so.
WIDTHS = ((1.75, "d-md-none"), (0.85, "d-none d-md-block"))


def picture(proposal):
    """Values of the template.

    :param proposal: ``customer.tier.band.proposal`` with a sample
    """
    from ..grading.distribution import histogram

    env, sample = proposal.env, proposal.sample
    known = sample["known"]
    linear = proposal.indicator_id.scale == "linear"
    scale, marks = (_line if linear else _bands)(proposal)
    shape = histogram(known, [value for value, _text in marks])
    levels = shape.levels()
    middle = median(known)
    labels = [(css, _labels(shape, marks, width)) for width, css in WIDTHS]
    rows = max((1 + label["row"] for _css, group in labels for label in group), default=0)
    return {
        "top": 8 + ROW_HEIGHT * rows,
        "height": HEIGHT,
        "metric": proposal.indicator_id.metric_id.display_name,
        "bars": _bars(env, shape, scale, marks, levels[-1]),
        "levels": [
            {"y": HEIGHT * (1 - level / levels[-1]), "text": readable(env, level)}
            for level in levels
        ],
        "ticks": _ticks(env, shape),
        "marks": labels,
        "median": {
            "x": _percent(shape.position(middle)),
            "text": env._("┊ Median: %s", readable(env, middle)),
        },
        "slope": _slope(shape, scale) if linear and scale else "",
        "notes": sentences(_notes(env, shape, sample, proposal.outside or {})),
    }


def _percent(share):
    return f"{100 * share:.3f}%"


def _line(proposal):
    """The line as the grading core knows it (None while it is none), and the values to mark on
    it with their texts."""
    from ..grading.policy import Linear

    env, zero, full = proposal.env, proposal.linear_zero, proposal.linear_full
    marks = [
        (zero, env._("0 points: %s", readable(env, zero))),
        (full, env._("100 points: %s", readable(env, full))),
    ]
    return (None if zero == full else Linear(zero, full)), sorted(marks)


def _bands(proposal):
    """The same for bands; while two of them start at the same value, one is left out."""
    from ..grading.policy import Bands

    lines = proposal._ordered_lines()
    if not lines:
        return None, []
    points = {line.value_from: line.points for line in lines[1:]}
    cuts = sorted(points)
    scale = Bands(
        bounds=(float("-inf"), *cuts),
        points=(lines[0].points, *(points[cut] for cut in cuts)),
    )
    return scale, [(cut, readable(proposal.env, cut)) for cut in cuts]


def _bars(env, shape, scale, marks, top):
    """One bar a bin, in as many pieces as cuts run through it: its colour tells the points."""
    from ..grading.points import points

    cuts = [shape.position(value) for value, _text in marks]
    size = len(shape.counts)
    bars = []
    for number, count in enumerate(shape.counts.tolist()):
        start, end = (number + 0.06) / size, (number + 0.94) / size
        ends = [start, *(cut for cut in cuts if start < cut < end), end]
        for left, right in zip(ends, ends[1:], strict=False):
            value = shape.value((left + right) / 2)
            earned = float(points(scale, [value])[0]) if scale else 100.0
            bars.append(
                {
                    "x": _percent(left),
                    "width": _percent(right - left),
                    "y": round(HEIGHT * (1 - count / top), 1),
                    "height": round(HEIGHT * count / top, 1),
                    "opacity": round(0.25 + 0.75 * min(max(earned, 0), 100) / 100, 2),
                    "title": env._(
                        "%(low)s to %(high)s – customers: %(count)s",
                        low=readable(env, shape.edges[number]),
                        high=readable(env, shape.edges[number + 1]),
                        count=readable(env, count),
                    ),
                }
            )
    return bars


def _ticks(env, shape):
    ticks = [(shape.position(tick), readable(env, tick)) for tick in shape.ticks()]
    # Under the bars that gather what lies beyond the axis.
    half = 0.5 / len(shape.counts)
    for position in [half] * shape.below + [1 - half] * shape.above:
        if all(abs(position - other) > 0.04 for other, _text in ticks):
            ticks.append((position, "…"))
    return [{"x": _percent(position), "text": text} for position, text in ticks]


def _labels(shape, marks, width):
    """A line for each cut, with its label in the first row where there is room."""
    taken = [-100.0] * ROWS
    labels = []
    for value, text in marks:
        if value > shape.edges[-1]:
            text = f"{text} →"
        elif value < shape.edges[0]:
            text = f"← {text}"
        x, half = 100 * shape.position(value), width * len(text) / 2 + 0.5
        centre = min(max(x, half - 6), 101 - half)
        free = [row for row in range(ROWS) if taken[row] <= centre - half]
        row = free[0] if free else 0
        if free:
            taken[row] = centre + half
        labels.append(
            {
                "x": _percent(x / 100),
                "label_x": _percent(centre / 100),
                "row": row,
                "y": -4 - ROW_HEIGHT * row,
                "text": text,
                "shown": bool(free),
            }
        )
    return labels


def _slope(shape, scale):
    """The points of a line over the axis, as the points of an SVG polyline in a square of 100."""
    from ..grading.points import points

    positions = [n / 100 for n in range(101)]
    earned = points(scale, [shape.value(position) for position in positions]).tolist()
    return " ".join(
        f"{100 * position:g},{100 - value:g}"
        for position, value in zip(positions, earned, strict=True)
    )


def _idle(env, outside):
    """Who is neither drawn nor counted: those who did not buy within what is looked at."""
    count, months = outside.get("idle"), outside.get("months")
    if not count:
        return []
    if not months:
        who = env._("Customers who never bought: %s.", readable(env, count))
    else:
        who = env._(
            "Customers who did not buy in the last %(months)s months: %(count)s.",
            months=months,
            count=readable(env, count),
        )
    return [who, env._("They move no cut.")]


def _notes(env, shape, sample, outside):
    known, unknown = sample["known"], sample["unknown"]
    notes = [env._("Customers with a value: %s.", readable(env, len(known)))]
    if unknown == 1:
        notes.append(env._("1 customer has no value."))
    elif unknown:
        notes.append(env._("%s customers have no value.", readable(env, unknown)))
    if len(known) + unknown + outside.get("idle", 0) >= SAMPLE_SIZE:
        notes.append(env._("They are a fixed sample of all customers."))
    notes += _idle(env, outside)
    notes.append(env._("The stronger the colour of a bar, the more points it earns."))
    if shape.below:
        notes.append(
            env._(
                "The first bar gathers the values below %(value)s (%(count)s).",
                count=readable(env, shape.counts[0]),
                value=readable(env, shape.edges[1]),
            )
        )
    if shape.above:
        notes.append(
            env._(
                "The last bar gathers the values from %(value)s up to %(highest)s (%(count)s).",
                count=readable(env, shape.counts[-1]),
                value=readable(env, shape.edges[-2]),
                highest=readable(env, known[-1]),
            )
        )
    if shape.log:
        notes.append(env._("The axis grows by factors, for a few values are far above the rest."))
    return notes
