"""Switches in the context that no client can turn.

Whoever calls over RPC sends a context of their own, and imports, scheduled actions and automations
bring one, too: what hangs on a plain key there can be had by anybody.
"""


class PrivateSwitch:
    """A key of the context whose value is an object of this process, which no request, import or
    configuration can bring about."""

    def __init__(self, key):
        self.key = key
        self._value = object()

    def on(self, records):
        """These records with the switch on."""
        return records.with_context(**{self.key: self._value})

    def off(self, records):
        """These records with the switch off, for what others do with them."""
        context = {key: value for key, value in records.env.context.items() if key != self.key}
        # A key is to go, which adding some cannot do.
        return records.with_context(context)  # pylint: disable=context-overridden

    def is_on(self, env):
        """Whether code of this process has turned it."""
        return env.context.get(self.key) is self._value


# Customers change tier without anybody being told: gradings as of days long past.
QUIET = PrivateSwitch("customer_tier_quiet")
