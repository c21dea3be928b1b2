import time
from collections import OrderedDict, deque

# Addresses that are remembered; the longest unseen go first.
REMEMBERED = 10_000


class RateLimit:
    """So many requests a minute of one address, counted by each web worker for itself.

    :param most: requests within ``seconds``
    """

    def __init__(self, most, seconds=60):
        self.most, self.seconds = most, seconds
        self.seen = OrderedDict()

    def allows(self, address, now=None):
        """Whether one more request of an address is answered, which is counted."""
        now = time.monotonic() if now is None else now
        times = self.seen.setdefault(address, deque())
        self.seen.move_to_end(address)
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        if len(times) >= self.most:
            return False
        times.append(now)
        return True

    def forget(self):
        self.seen.clear()
