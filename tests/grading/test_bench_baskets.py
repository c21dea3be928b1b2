"""The bench of baskets: what it refuses, and what it says of a log with a known answer."""

import re

import pytest

from tools.bench import baskets, cli

WRONG = [
    ("client,basket,product_id\n1,1,1\n", "no column customer_id, but: client"),
    ("customer_id,basket,product_id\n1,first,1\n", "something else than numbers in basket, .* 2"),
    ("customer_id,basket,product_id\n1,1,1\n", "no customer with a basket before"),
    ("", "is no CSV file"),
]


def _file(folder, text):
    path = folder / "baskets.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_bad_files_are_refused_in_words(tmp_path, capsys, text, message):
    """A traceback does not say what is wrong with a file."""
    with pytest.raises(SystemExit):
        cli.main(["baskets", _file(tmp_path, text)])
    assert re.search(message, " ".join(capsys.readouterr().err.split()))


def test_measures_by_hand():
    """Of two products one is found, at the second place: recall 1/2, NDCG (1/log₂3) / (1 +
    1/log₂3) = 0.3869."""
    recall, gain = baskets.scores({"anna": ["x", "a"]}, {"anna": {"a", "b"}})
    assert (recall, round(gain, 4)) == (0.5, 0.3869)


def test_known_log(tmp_path):
    """Everybody buys 1 and 2; who has bought 3 buys 4 next, whom nothing else tells of."""
    rows = []
    for customer in range(40):
        likes = 3 if customer % 2 else 5
        rows += [(customer, 1, 1), (customer, 1, likes), (customer, 2, 2), (customer, 2, 1)]
        rows += [(customer, 3, 1)]
        # Of the last ones it is to be foreseen.
        rows += [(customer, 2 if customer < 30 else 3, likes + 1)]
    header = "customer_id,basket,product_id\n"
    text = header + "".join(f"{c},{b},{p}\n" for c, b, p in rows)
    log = baskets.Log(baskets.read(_file(tmp_path, text)))
    names = ("own frequency", "reorder list", "most bought", "cross-sell")
    found, _good = baskets.report(log)
    assert tuple(row[0] for row in found) == names
    assert len(log.truth) == 40 and len(log.new) == 10
    # Both find it among ten; ours finds it first.
    assert float(found[3][3]) == 1.0
