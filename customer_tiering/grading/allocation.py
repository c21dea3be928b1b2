"""Who of a pool gets customers that have nobody: always who has least, in proportion.

Taking whoever has least for the weight, one customer after the other, is the greedy rule of least
loaded; with equal weights and equal loads to begin with it is giving by turns. Both differ only in
what is counted: everything that a person looks after, or what one pool has given.
"""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from statistics import median

# Who has more than so many times the median of the pool, and at least so many more, has too much.
UNBALANCED, AT_LEAST = 1.5, 3


@dataclass(frozen=True)
class Member:
    """Somebody of a pool.

    :param id: of the person; a pool names each once
    :param load: customers that count for the person before any is given
    :param weight: of two people, who has twice the weight gets twice as many
    :param room: how many more the person takes; None for any number
    """

    id: int
    load: int = 0
    weight: float = 1.0
    room: int | None = None

    def __post_init__(self):
        if self.weight <= 0:
            raise ValueError(f"The weight of person {self.id} must be above 0")


def allocate(count, members):
    """Who gets each of so many customers.

    :param count: number of customers, in the order in which they are given
    :param members: list of ``Member`` in the order that decides among equals
    :return: list of ``count`` ids, None where nobody has room any more
    """
    waiting = [
        ((member.load + 1) / member.weight, place, member.load)
        for place, member in enumerate(members)
        if member.room is None or member.room > 0
    ]
    heapify(waiting)
    given = []
    while waiting and len(given) < count:
        _share, place, load = heappop(waiting)
        member, load = members[place], load + 1
        given.append(member.id)
        if member.room is None or load - member.load < member.room:
            heappush(waiting, ((load + 1) / member.weight, place, load))
    return given + [None] * (count - len(given))


def overloaded(members):
    """The ids of those who have far more than the others, each in proportion to the weight; nobody
    in pools of one.

    :param members: list of ``Member``
    """
    if len(members) < 2:
        return []
    usual = median(member.load / member.weight for member in members)
    return [
        member.id
        for member in members
        if member.load / member.weight > UNBALANCED * usual
        and member.load >= usual * member.weight + AT_LEAST
    ]
