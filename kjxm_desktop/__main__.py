"""`python -m kjxm_desktop` opens the window."""

import sys

from kjxm_desktop.app import main

if __name__ == "__main__":
    sys.exit(main())
