from . import test_audience
from . import test_loyalty
from . import test_member_day
from . import test_security
