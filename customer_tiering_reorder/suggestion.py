"""What is suggested to a customer, as values that pages, dialogs and messages share."""

from dataclasses import dataclass

# The lists in the order in which they are shown.
USUAL, ALSO, TIER = "usual", "also", "tier"


@dataclass(frozen=True)
class Suggestion:
    """A product suggested to a customer.

    :param block: the list that it is in
    :param product: ``product.product``
    :param quantity: usual one, in the product's unit
    :param ticked: whether it is ordered unless somebody takes it off
    :param reason: why, for salespeople
    :param told: why, for the customer itself, who reads nothing about others
    """

    block: str
    product: object
    quantity: float
    ticked: bool
    reason: str
    told: str

    @property
    def quantity_text(self):
        """The quantity with all its digits, as forms take it: 1250000, 0.25."""
        return f"{self.quantity:.2f}".rstrip("0").rstrip(".")
