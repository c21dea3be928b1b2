"""The CSV tables beside this module as frozen rows. No odoo import.

Days count back from the day of the installation; amounts are untaxed, in the company currency.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Contact:
    key: str
    name: str
    function: str


@dataclass(frozen=True)
class Company:
    """One customer and how it buys.

    ``tenure_days``: age of its first order. ``gap_days``: usual days between orders.
    ``silent_days``: age of its last order. ``yearly_amount``: bought in the last 12 months, or in
    the 12 months before its last order when that is older.
    """

    key: str
    name: str
    country: str
    city: str
    salesperson: str
    source: str
    archetype: str
    tenure_days: int
    gap_days: int
    silent_days: int
    yearly_amount: float
    extras: frozenset
    contacts: tuple


@dataclass(frozen=True)
class Product:
    key: str
    category: str
    list_price: float
    standard_price: float


@dataclass(frozen=True)
class Label:
    """A row that is only a name: a product category, a source of customers."""

    key: str
    name: str


@dataclass(frozen=True)
class Assessment:
    """Answers ("1" to "5", "0" for none) to the questions about a customer, in their order."""

    company: str
    days_ago: int
    answers: tuple
    salesperson: str
    note: str


def companies():
    return tuple(_company(row) for row in _rows("companies.csv"))


def products():
    return tuple(
        Product(
            key=row["key"],
            category=row["category"],
            list_price=float(row["list_price"]),
            standard_price=float(row["standard_price"]),
        )
        for row in _rows("products.csv")
    )


def assessments():
    return tuple(
        Assessment(
            **{
                **row,
                "days_ago": int(row["days_ago"]),
                "answers": tuple(row["answers"].split()),
            }
        )
        for row in _rows("assessments.csv")
    )


def categories():
    return tuple(Label(**row) for row in _rows("categories.csv"))


def sources():
    return tuple(Label(**row) for row in _rows("sources.csv"))


def _rows(filename):
    with (FOLDER / filename).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _company(row):
    whole = ("tenure_days", "gap_days", "silent_days")
    return Company(
        **{
            **row,
            **{name: int(row[name]) for name in whole},
            "yearly_amount": float(row["yearly_amount"]),
            "extras": frozenset(filter(None, row["extras"].split(";"))),
            "contacts": _contacts(row["key"], row["contacts"]),
        }
    )


def _contacts(company_key, text):
    people = [entry.split("|") for entry in filter(None, text.split(";"))]
    return tuple(
        Contact(f"{company_key}_contact_{number}", name, function)
        for number, (name, function) in enumerate(people, start=1)
    )
