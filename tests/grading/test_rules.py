"""Rules that are kept for years: what was written once is still read."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from grading.pipeline import reason_columns
from grading.points import band_number
from grading.policy import (
    FORMAT,
    SCORE,
    UNRANKED,
    Bands,
    Condition,
    Indicator,
    Linear,
    Metric,
    Movement,
    Program,
    Review,
    Tier,
    Veto,
    from_rules,
    to_rules,
    without_cuts,
)
from hypothesis import given
from strategies import programs

# As databases have them from before the format had a number.
OLD = json.loads((Path(__file__).parent / "rules_without_format.json").read_text())


def kept(program):
    """What comes back from the database."""
    return json.loads(json.dumps(to_rules(program)))


@given(programs())
def test_a_programme_is_read_as_it_was_written(program):
    assert from_rules(kept(program)) == program
    assert kept(program)["format"] == FORMAT


@pytest.mark.parametrize("name", OLD)
def test_rules_from_before_the_format_had_a_number(name):
    """Years after, a grade of that day is explained by them."""
    program = from_rules(OLD[name])
    # Numbers of gradings are kept in this order, so it must come out the same.
    assert reason_columns(program) == OLD[name]["columns"]
    written = kept(program)
    # What rules say of credit that they did not know yet is what it was then.
    added = written["credit"].keys() - OLD[name]["credit"].keys()
    assert {key: written["credit"].pop(key) for key in added} == {"tolerance": 0.0, "unit": 0.0}
    assert {key: written[key] for key in OLD[name].keys() & written.keys()} == {
        key: value for key, value in OLD[name].items() if key not in {"columns", "names"}
    }


def test_old_rules_mean_what_they_meant():
    program = from_rules(OLD["years"])
    assert program.period == "calendar"
    assert program.min_coverage == 0.5
    assert program.metrics[-1] == Metric("amount_per_order", "ratio", 0, ("amount", "order_count"))
    assert program.indicators[0].scale == Bands(
        (0, 5000, 10000, 20000, 50000), (20, 40, 60, 80, 100)
    )
    assert program.tiers[2] == Tier(
        22,
        min_score=60,
        conditions=(Condition("amount_per_order", ">=", 500, 400),),
        match_any=True,
        keep_score=50,
    )
    best = program.tiers[3]
    assert best.top == Condition("amount", ">=", 12345.5)
    assert best.requirements == (Condition(SCORE, ">=", 80), best.top)
    assert program.vetoes == (Veto(1, Condition("recency_days", ">", 365), 20),)
    assert program.movement == Movement(
        "after", 14, 6, 2, 30, True, Review("dates", ((3, 31), (9, 30))), "down"
    )
    assert program.entries[0].countries is None


def test_bands_frozen_before_they_had_numbers_keep_theirs():
    """Numbers follow the points in old rules: a customer of the third band of five is a 3 as on
    the day of the grade, and rules without numbers are written as they were."""
    scale = from_rules(OLD["years"]).indicators[0].scale
    assert band_number(scale, [0, 5000, 19999, 50000]).tolist() == [1, 2, 3, 5]
    indicator = Indicator(1, "amount", 1, Bands((0.0, 2.0), (20.0, 100.0), (1, 5)), "m")
    program = Program(1, (Metric("amount", "amount"),), indicators=(indicator,))
    assert kept(program)["indicators"][0]["scale"]["numbers"] == [1, 5]
    assert from_rules(kept(program)) == program


def test_fields_that_were_not_there_yet_have_their_defaults():
    least = {
        "id": 1,
        "metrics": [{"code": "amount", "measure": "amount"}],
        "indicators": [
            {"id": 1, "metric": "amount", "weight": 1, "scale": {"zero": 0.0, "full": 9.0}}
        ],
        "tiers": [{"id": 7, "min_score": 10}],
        "names": {"tiers": {"7": "Gold"}},
    }
    program = from_rules(least)
    assert program.indicators[0].scale == Linear(0, 9)
    assert program == Program(
        1,
        (Metric("amount", "amount"),),
        program.indicators,
        (Tier(7, min_score=10),),
        basis="gross",
    )


def test_orders_of_old_rules_were_counted_whole():
    """What came back was not deducted then: an explanation that says so would be wrong."""
    assert from_rules(OLD["years"]).basis == "gross"
    assert from_rules({"id": 1, "metrics": [], "format": 1}).basis == "gross"
    assert from_rules({"id": 1, "metrics": [], "format": 2}).basis == "ordered"
    with pytest.raises(ValueError, match="basis"):
        Program(1, (), basis="guessed")


def test_where_the_best_begin_is_kept_beside_the_rules():
    """As a part of the rules it would make each grading of everybody write all customers again."""
    best = Tier(3, top=Condition("amount", ">=", 500.0))
    program = Program(1, (Metric("amount", "amount"),), tiers=(Tier(2), best))
    rules = kept(program)
    assert (rules["tiers"][1]["top"]["value"], rules["cuts"]) == (0, {"3": 500})
    assert without_cuts(program) == without_cuts(from_rules({**rules, "cuts": {"3": 7.0}}))
    moved = replace(best, top=replace(best.top, value=7.0))
    assert from_rules({**rules, "cuts": {"3": 7.0}}).tiers[1] == moved
    # Nobody is among the best of whom it is not known where they begin.
    assert from_rules({**rules, "cuts": {}}).tiers[1].top.value == UNRANKED


@pytest.mark.parametrize("number", [FORMAT + 1, 0, "2", None])
def test_an_unknown_format_is_refused(number):
    """Guessed at, a grade would be explained by rules that it did not follow."""
    rules = to_rules(Program(1, (Metric("amount", "amount"),)))
    with pytest.raises(ValueError, match="format"):
        from_rules({**rules, "format": number})


def test_explaining_a_grade_does_not_load_pandas():
    """Every worker that shows a contact would carry it."""
    modules = "grading.dates, grading.ladder, grading.policy, grading.rounding, grading.score"
    code = f"import sys; import {modules}; print('pandas' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2] / "customer_tiering",
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "False"
