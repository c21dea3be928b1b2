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


class Permission(PrivateSwitch):
    """A switch that is good for one call: whoever is meant by it takes it, and what the call leads
    to, automations around it for one, finds it taken."""

    def on(self, records):
        return records.with_context(**{self.key: _Granted(self, records._name)})

    def is_on(self, env):
        granted = env.context.get(self.key)
        return isinstance(granted, _Granted) and granted.by is self and not granted.taken

    def take(self, records):
        """Use the permission up.

        :return: whether there was one for the model, and the records without it
        """
        granted = self.is_on(records.env)
        granted = granted and records.env.context[self.key].model == records._name
        if granted:
            records.env.context[self.key].taken = True
        return granted, self.off(records)


class _Granted:
    """One call of one model that is permitted."""

    def __init__(self, by, model):
        self.by, self.model, self.taken = by, model, False


class Deferral(PrivateSwitch):
    """A switch that puts checks off while records are saved together. Whoever turned it makes them
    at the end, for whatever came up meanwhile: automations change other records, too."""

    def on(self, records):
        if self.is_on(records.env):
            # Who turned it first makes the checks.
            return records
        return records.with_context(**{self.key: _Waiting(self)})

    def is_on(self, env):
        waiting = env.context.get(self.key)
        return isinstance(waiting, _Waiting) and waiting.by is self

    def put_off(self, records):
        """Whether the check of some records is put off, which is remembered."""
        if not self.is_on(records.env):
            return False
        waiting = records.env.context[self.key]
        waiting.ids.setdefault(records._name, set()).update(records.ids)
        return True

    def waiting(self, saved, model):
        """What was put off.

        :param saved: records with the switch on
        :return: records of a model, with the switch off
        """
        ids = saved.env.context[self.key].ids.get(model, ())
        return self.off(saved).env[model].browse(sorted(ids)).exists()


class _Waiting:
    """What has been put off, by model."""

    def __init__(self, by):
        self.by, self.ids = by, {}


# Customers change tier without anybody being told: gradings as of days long past.
QUIET = PrivateSwitch("customer_tier_quiet")

# Few customers are graded: what may fail is tried without a savepoint of its own, and with one only
# once something did.
SWIFT = PrivateSwitch("customer_tier_swift")
