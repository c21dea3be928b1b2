from . import test_dashboard_files
from . import test_dashboard_tour
