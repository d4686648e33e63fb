"""The row of the one search: over the long example, cold and after an edit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.core.search import Index, Wanted
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.notice_text import readable
from tests.benchmarks import drafts
from tests.benchmarks.table import Pairs, Row, interleaved, row_of

BOUND_MS = 30.0
WORDS = ("饲料", "的", "co2", "不在其中的词")


def search() -> list[Row]:
    """Return how long a search takes: the first one, and one after an edit, against reading all answers as text."""
    proposal = drafts.long_example()
    notice = readable(proposal.call.notice).shown
    kept = Index(proposal.call.form, notice, strings.pick, spelling.write)
    number = count()

    def cold() -> None:
        fresh = Index(proposal.call.form, notice, strings.pick, spelling.write)
        fresh.search(proposal.data, Wanted(WORDS[0]))

    def warm() -> None:
        proposal.set("/project/title", f"葵盘果胶联产颗粒饲料中试 {next(number)}")
        for word in WORDS:
            kept.search(proposal.data, Wanted(word))

    first = interleaved(lambda: _took(cold), lambda: _took(lambda: _read(proposal)))
    later = interleaved(lambda: _took(warm) / len(WORDS), lambda: _took(lambda: _read(proposal)))
    told = "over the long example, against reading every answer as text"
    cold_row = row_of("search cold", "ms", Pairs.of(first), None, [f"the first search {told}; made ready when idle"])
    warm_row = row_of("search", "ms", Pairs.of(later), BOUND_MS, [f"after an edit in the title, {told}"])
    return [cold_row, replace(warm_row, bounded="measured")]


def _read(proposal: Proposal) -> int:
    return sum(len(rich_text.printed(value)) for _, _, value in leaves(proposal.call, proposal.data))


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
