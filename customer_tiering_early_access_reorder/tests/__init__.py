from . import test_suggestion
