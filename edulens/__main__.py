"""`python -m edulens`."""

import sys

from edulens.commands import main

if __name__ == "__main__":
    sys.exit(main())
