"""`python -m data`: the command line by the name that README and scripts know."""

import sys

from edulens.commands import main

if __name__ == "__main__":
    sys.exit(main())
