"""Switches in the context that no client can turn on."""


class ProcessSwitch:
    """A key of the context that counts only with an object of this process as its value.

    Unlike rights, and unlike the superuser whom scheduled actions and automations act as, no
    request, import or configuration can bring such an object about: what a client sends under the
    same key is ignored.
    """

    def __init__(self, key):
        self.key = key
        self._on = object()

    def on(self, records):
        """These records with the switch turned on."""
        return records.with_context(**{self.key: self._on})

    def is_on(self, env):
        return env.context.get(self.key) is self._on
