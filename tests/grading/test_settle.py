"""What is set by hand and when it ends; how many customers wait for approval."""

from datetime import date

import pandas as pd
import pytest
from grading.metrics import day_number
from grading.movement import REASONS
from grading.policy import Program, Tier
from grading.settle import asked, ended

TODAY = date(2024, 2, 29)


class TestEnded:
    @pytest.mark.parametrize(
        ("manual", "lock", "days", "expected"),
        [
            (7, 0, -1, True),
            (7, 0, 0, False),
            (7, 0, 1, False),
            (0, 2, -1, True),
            (0, 2, 0, False),
            (7, 3, -1, True),
            # Without an end, and an end of nothing.
            (7, 0, None, False),
            (0, 0, -1, False),
            (0, 0, None, False),
        ],
    )
    def test_cases(self, manual, lock, days, expected):
        """The last day is included; a day left over from nothing is no end."""
        until = float("nan") if days is None else day_number(TODAY) + days
        previous = pd.DataFrame({"manual": [manual], "lock": [lock], "manual_until": [until]})
        assert ended(previous, TODAY).tolist() == [expected]

    def test_nobody(self):
        """An empty scope is no error."""
        previous = pd.DataFrame({"manual": [], "lock": [], "manual_until": []})
        assert not len(ended(previous, TODAY))


class TestAsked:
    def _count(self, rows):
        program = Program(id=1, metrics=(), tiers=tuple(Tier(id=id_) for id_ in (30, 20, 10)))
        frame = pd.DataFrame(rows, columns=["computed", "proposed", "why"])
        frame["waiting"] = frame["why"].map(REASONS)
        return asked(frame, program)

    def test_by_rank_and_not_by_id(self):
        """Tiers count from the lowest, whenever they were made; out of all is down."""
        rows = [(30, 10, "approval"), (10, 20, "approval"), (20, 0, "approval")]
        assert self._count(rows) == {"asked_up": 1, "asked_down": 2}

    def test_only_who_waits_for_approval(self):
        """Who was refused still has a tier proposed, and is no question."""
        rows = [(30, 10, "review"), (30, 10, "stay"), (10, 30, "locked")]
        assert self._count(rows) == {"asked_up": 0, "asked_down": 0}
