"""Grading among people at work, and among crashes (``python -m tools.stress users|kill``)."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
