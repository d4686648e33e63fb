"""One process of the row `check`: python -m tests.benchmarks.core_probe FILE.

Answers with {"cold_ms", "warm_ms", "plain_ms"}: the first check of a draft with everything it loads, one after an edit
in one budget line, and the schema library alone on the same data.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.validation import Validator
from tests.benchmarks.drafts import LINES, NOW


def main(path: Path) -> None:
    """Check the draft at `path` as the window does."""
    proposal = storage.read(path, Shelf(paths.schemas())).proposal
    began = time.perf_counter()
    validator = Validator(proposal.call)
    validator.check(proposal.data, NOW)
    cold_ms = (time.perf_counter() - began) * 1000
    proposal.set(f"{LINES}/0/item", "干燥机组")
    began = time.perf_counter()
    validator.check(proposal.data, NOW)
    warm_ms = (time.perf_counter() - began) * 1000
    from jsonschema import Draft202012Validator

    began = time.perf_counter()
    list(Draft202012Validator(dict(proposal.call.schema)).iter_errors(proposal.data))
    plain_ms = (time.perf_counter() - began) * 1000
    print(json.dumps({"cold_ms": cold_ms, "warm_ms": warm_ms, "plain_ms": plain_ms}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
