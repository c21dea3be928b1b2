from . import test_agenda
