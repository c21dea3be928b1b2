"""How well the next basket of each customer is foreseen, on a list of baskets from a file.

The reorder list is held against the same products by own frequency alone, cross-sell (products new
to the customer) against what most customers buy; by recall and NDCG of the first ten. Where the
file does not say which baskets are held out, it is the last of each customer.
"""

import argparse
from collections import Counter, defaultdict

import numpy as np
import pandas as pd

from . import core
from .table import render

COLUMNS = ("customer_id", "basket", "product_id")
HELD_OUT = "held_out"
TOP = 10
# What is promised: recall and NDCG, so many times the simple way.
REORDER, CROSS_SELL = (1.0, 1.0), (1.2, 1.2)
# Pairs counted at a time.
BATCH = 4_000_000


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench baskets",
        description="Foresee the held-out baskets of a file from the ones before.",
    )
    parser.add_argument(
        "file", help=f"CSV file with a header and the columns {', '.join(COLUMNS)} ({HELD_OUT})"
    )
    options = parser.parse_args(arguments)
    try:
        log = Log(read(options.file))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    rows, good = report(log)
    print(log.headline())
    header = ("list", "customers", f"recall@{TOP}", f"NDCG@{TOP}", "x recall", "x NDCG", "result")
    print(render(header, rows))
    return 0 if good else 1


def read(file):
    """Lines of a file: frame of ``customer_id, basket, product_id`` (integers from 0) and
    ``held_out`` (boolean).

    :raise ValueError: when the file has no such columns, or nothing to foresee
    """
    try:
        lines = pd.read_csv(file)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is no CSV file in UTF-8 with a header: {error}")
    missing = [name for name in COLUMNS if name not in lines]
    if missing:
        raise ValueError(
            f"{file} has no column {', '.join(missing)}, but: {', '.join(lines)}. Its first line "
            "must name the columns, and each further line a product in a basket of a customer."
        )
    basket = pd.to_numeric(lines["basket"], errors="coerce")
    if basket.isna().any():
        number = int(np.argmax(basket.isna())) + 2
        raise ValueError(
            f"{file} has something else than numbers in basket, first in line {number}"
        )
    last = basket.groupby(lines["customer_id"]).transform("max")
    held = lines[HELD_OUT] > 0 if HELD_OUT in lines else basket == last
    result = pd.DataFrame(
        {
            "customer": pd.factorize(lines["customer_id"])[0],
            "basket": basket.astype(np.int64),
            "product": pd.factorize(lines["product_id"])[0],
            "held_out": held,
        }
    ).drop_duplicates()
    known = set(result.loc[~result["held_out"], "customer"])
    if not known & set(result.loc[result["held_out"], "customer"]):
        raise ValueError(f"{file} has no customer with a basket before the held-out one.")
    return result


class Log:
    """What customers bought before (``history``), and what they bought next (``truth``)."""

    def __init__(self, lines):
        self.before = lines[~lines["held_out"]]
        after = lines[lines["held_out"] & lines["customer"].isin(self.before["customer"])]
        self.truth = after.groupby("customer")["product"].apply(set).to_dict()
        self.history = {
            customer: (own["basket"].to_list(), own["product"].to_list())
            for customer, own in self.before.groupby("customer")
        }
        self.new = {}
        for customer, wanted in self.truth.items():
            if unseen := wanted - set(self.history[customer][1]):
                self.new[customer] = unseen
        popular = self.before.drop_duplicates(["customer", "product"])["product"].value_counts()
        self.customers_of = popular.reindex(np.arange(lines["product"].max() + 1), fill_value=0)
        self.popular = popular.index.to_list()

    def headline(self):
        size = np.mean([len(wanted) for wanted in self.truth.values()])
        again = 1 - sum(map(len, self.new.values())) / sum(map(len, self.truth.values()))
        return (
            f"{len(self.truth):,} customers, {len(self.popular):,} products; the next basket has "
            f"{size:.1f} products, of which {again:.0%} were bought before."
        )

    def repeat_shares(self):
        """Product → share of chances at which it is bought again."""
        baskets = load()
        own = self.before.drop_duplicates(["customer", "basket", "product"])
        rank = own.groupby("customer")["basket"].rank("dense")
        own = own.assign(rank=rank)
        pairs = own.groupby(["customer", "product"])["rank"].agg(["size", "min"]).reset_index()
        last = own.groupby("customer")["rank"].max()
        pairs["chances"] = pairs["customer"].map(last) - pairs["min"]
        pairs["repeats"] = pairs["size"] - 1
        total = pairs.groupby("product")[["repeats", "chances"]].sum()
        shares = baskets.repeat_shares(total["repeats"], total["chances"])
        return dict(zip(total.index, shares, strict=True))

    def affinities(self):
        """Product → list of (product, other, score)."""
        baskets = load()
        product, other, common, weight = self._pairs(baskets)
        own = self.customers_of.to_numpy()
        kept, scores = baskets.affinities(product, other, common, weight, own[product], own[other])
        result = defaultdict(list)
        for position, score in zip(kept, scores, strict=True):
            row = (product[position], other[position], score)
            result[product[position]].append(row)
        return result

    def _pairs(self, baskets):
        """Products of one customer, both ways: counted as the database does."""
        own = self.before.assign(rank=self.before.groupby("customer")["basket"].rank("dense"))
        ages = own.groupby("customer")["rank"].transform("max") - own["rank"]
        own = own.assign(age=ages).groupby(["customer", "product"])["age"].agg(["min", "max"])
        own = own.reset_index().sort_values(["customer", "min", "product"])
        own = own[own.groupby("customer").cumcount() < baskets.PRODUCTS]
        found, parts, size = [], [], 0
        for _customer, mine in own.groupby("customer"):
            product = mine["product"].to_numpy(np.int64)
            weight = baskets.RECENT ** mine["max"].to_numpy()
            pair = _pairs_of(product, weight)
            parts.append(pair)
            size += len(pair[0])
            if size > BATCH:
                found.append(_summed(parts))
                parts, size = [], 0
        if parts:
            found.append(_summed(parts))
        total = pd.concat(found).groupby(level=0).sum()
        packed = total.index.to_numpy()
        return packed >> 32, packed & 0xFFFFFFFF, total["common"], total["weight"]


def _pairs_of(product, weight):
    """(packed pairs of different products, weight of the second) of one customer."""
    different = ~np.eye(len(product), dtype=bool)
    packed = (product[:, None] << 32) + product[None, :]
    weights = np.broadcast_to(weight[None, :], packed.shape)
    return packed[different], weights[different]


def _summed(parts):
    packed, owner = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    weights = np.concatenate([part[1] for part in parts])
    columns = {"common": np.bincount(owner), "weight": np.bincount(owner, weights)}
    return pd.DataFrame(columns, index=packed)


def load():
    return core.load("baskets")


def scores(found, truth):
    """Mean recall and NDCG of the first ``TOP`` products of lists, with binary gains.

    :param found: dict customer → products, the likeliest first
    :param truth: dict customer → set of products, none empty
    """
    discounts = 1 / np.log2(np.arange(2, TOP + 2))
    recalls, gains = [], []
    for customer, wanted in truth.items():
        hits = np.array([product in wanted for product in found[customer][:TOP]], dtype=float)
        recalls.append(hits.sum() / len(wanted))
        gains.append(hits @ discounts[: len(hits)] / discounts[: len(wanted)].sum())
    return float(np.mean(recalls)), float(np.mean(gains))


def report(log):
    """Rows of the table, and whether all is as promised."""
    baskets = load()
    again, affinities = log.repeat_shares(), log.affinities()
    frequency, ours, popular, cross = {}, {}, {}, {}
    ranks = {product: rank for rank, product in enumerate(log.popular)}
    for customer in log.truth:
        days, products = log.history[customer]
        # The strictest of simple ways: of equals, what is bought most by all.
        counts = Counter(products)
        frequency[customer] = sorted(counts, key=lambda p: (-counts[p], ranks[p]))
        usual = baskets.usual(days, products, [1.0] * len(days), again, size=TOP)
        ours[customer] = [found.product for found in usual]
    for customer in log.new:
        days, products = log.history[customer]
        own = set(products)
        popular[customer] = [p for p in log.popular[: len(own) + TOP] if p not in own]
        weights = baskets.profile(days, products)
        rows = (row for product in weights for row in affinities[product])
        cross[customer] = [p for p, _why in baskets.new_products(weights, rows, size=TOP)]
    first, good = _rows("own frequency", frequency, "reorder list", ours, log.truth, REORDER)
    second, better = _rows("most bought", popular, "cross-sell", cross, log.new, CROSS_SELL)
    return first + second, good and better


def _rows(simple_name, simple, name, found, truth, least):
    base, ours = scores(simple, truth), scores(found, truth)
    times = [mine / theirs if theirs else np.inf for mine, theirs in zip(ours, base, strict=True)]
    good = all(value >= wanted for value, wanted in zip(times, least, strict=True))
    wanted = " and ".join(f"{value:.2f} x" for value in least)
    size = f"{len(truth):,}"
    return [
        (simple_name, size, *(f"{value:.4f}" for value in base), "", "", ""),
        (
            name,
            size,
            *(f"{value:.4f}" for value in ours),
            *(f"{value:.2f}" for value in times),
            f"{'good' if good else 'NOT'}: at least {wanted}",
        ),
    ], good
