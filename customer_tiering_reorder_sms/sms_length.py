"""How long an SMS is, and of how many messages it is made: what it costs.

Texts of the alphabet of GSM have 160 signs in one message, 153 in each of several; a single sign
outside of it, such as a Chinese one, makes that 70 and 67 (3GPP TS 23.038 and 23.040).
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two.
EXTENDED = frozenset("^{}\\[~]|€\f")
GSM, UNICODE = (160, 153), (70, 67)


@dataclass(frozen=True)
class Length:
    """``signs`` as they are counted, in so many ``messages``; of ``room`` signs in the first."""

    signs: int
    messages: int
    room: int


def of(text):
    """:return: :class:`Length`"""
    if set(text) <= BASIC | EXTENDED:
        signs, (one, each) = len(text) + sum(sign in EXTENDED for sign in text), GSM
    else:
        # What is not in the first plane, such as most emoji, takes two.
        signs, (one, each) = len(text.encode("utf-16-le")) // 2, UNICODE
    return Length(signs, 1 if signs <= one else -(-signs // each), one)
