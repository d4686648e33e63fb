"""Where the frozen program without a console begins."""

import sys

from kjxm_desktop.app import main

sys.exit(main())
