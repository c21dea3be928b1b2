from . import test_purchase_rhythm
