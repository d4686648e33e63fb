"""`make bench`: one table of ratios, each to a reference measured beside it. `make bench ONE=start`: that row alone.

Ends with 0 whatever the times are, with 1 when a row could not be measured, with 2 for a row that there is not.
"""

from __future__ import annotations

import compileall
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from tests.benchmarks import core_rows, grid_rows, paper_rows, prose_rows, search_rows, storage_rows, window_rows
from tests.benchmarks.drafts import ROOT
from tests.benchmarks.table import PAIRS, Row, table

ROWS: Mapping[str, Callable[[], list[Row]]] = {
    "start": window_rows.start,
    "key30": window_rows.key30,
    "key3000": window_rows.key3000,
    "rows": grid_rows.rows,
    "prose": prose_rows.prose,
    "export": paper_rows.export,
    "pages": paper_rows.pages,
    "check": core_rows.check,
    "save": core_rows.save,
    "search": search_rows.search,
    "loss": storage_rows.loss,
    "refuse": storage_rows.refuse,
    "open45": storage_rows.open45,
    "save45": storage_rows.save45,
    "commit": storage_rows.commit,
}


def main(arguments: Sequence[str]) -> int:
    """Measure the rows named, or all, and print the table."""
    wanted = list(arguments) or list(ROWS)
    for name in wanted:
        if name not in ROWS:
            print(f"There is no row {name}; the rows are {', '.join(ROWS)}.", file=sys.stderr)
            return 2
    for folder in ("kjxm_desktop", "tests/benchmarks"):
        # As installed: the variable PYTHONDONTWRITEBYTECODE would have every process compile its sources again.
        compileall.compile_dir(ROOT / folder, quiet=1)
    rows: list[Row] = []
    crashed: list[str] = []
    for name in wanted:
        began = time.monotonic()
        try:
            rows += ROWS[name]()
        except Exception as error:  # noqa: BLE001  (whatever it was, the other rows are measured)
            crashed.append(f"{name}: could not be measured: {error}")
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
          f"Qt platform {os.environ.get('QT_QPA_PLATFORM', 'offscreen')}; medians of {PAIRS} pairs taken in turns; "
          "noise: quartile spread of the reference\n")  # fmt: skip
    print(table(rows))
    print(*crashed, sep="\n", end="\n" if crashed else "")
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
