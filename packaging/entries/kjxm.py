"""Where the frozen program for the console begins."""

import sys

from kjxm_desktop.cli import main

sys.exit(main())
