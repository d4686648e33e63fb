"""The rows of the paper: a whole export against Typst, and what further pages cost."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.files import picture_sizes
from tests.benchmarks import children, drafts, typst_source
from tests.benchmarks.table import PAIRS, Pairs, Row, interleaved, quartile_spread, row_of

PROBE = "tests.benchmarks.paper_probe"
TEXTS = (1, 5, 10)


WITHOUT, WITH, WARM = 6.0, 9.0, 4.0
"""How many times as long as Typst an export may take: without the self-check, with it, from inside the program."""

MOST_MB = 300


def export() -> list[Row]:
    """Return how long DOCX and PDF of the long example take and how much memory, against the PDF alone by Typst."""
    proposal = drafts.long_example()
    draft = drafts.file_of(proposal, "long")
    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=drafts.NOW, draft=False)
    source = typst_source.write(document, proposal.media, drafts.WORK / "typst")
    with tempfile.TemporaryDirectory() as folder:
        told = ["export", draft, "--to", folder, "--time", drafts.NOW.isoformat()]
        theirs = ["-m", PROBE, "typst", source, Path(folder) / "typst.pdf"]
        results = interleaved(lambda: _exported(told, draft, folder), lambda: {"whole": children.run(theirs).took_ms})

    def pairs(name: str) -> Pairs:
        return Pairs.of((mine[name], typst["whole"]) for mine, typst in results)

    note = "kjxm export, DOCX and PDF of the long example, against the PDF alone by Typst; whole processes"
    unchecked = "the same without the self-check"
    loading = "of that Python, the libraries and the fonts: a process that loads them and ends"
    warm = "the second export of one helper process, from the request to its answer, the self-check among it"
    most = max(mine["mb"] for mine, _ in results)
    return [
        row_of("export", "ms", pairs("whole"), WITH, [note]),
        row_of("export: unchecked", "ms", pairs("unchecked"), WITHOUT, [unchecked]),
        row_of("export: loading", "ms", pairs("loading"), None, [loading]),
        row_of("export: warm", "ms", pairs("warm"), WARM, [warm]),
        Row("export: memory", "MB", most, None, None, None, MOST_MB, "measured", ("the most of a whole process",)),
    ]


def _exported(told: Sequence[str | Path], draft: Path, folder: str) -> dict[str, float]:
    """Return how long each kind of export takes in ms, and the most memory of a whole one in MB."""
    warm = children.run(["-m", PROBE, "warm", draft, folder]).answer
    return {
        "whole": children.run(["-m", "kjxm_desktop.cli", *told]).took_ms,
        "unchecked": children.run(["-m", PROBE, "unchecked", *told]).took_ms,
        "loading": children.run(["-m", PROBE, "libraries"]).took_ms,
        "warm": warm["ms"],
        "mb": warm["mb"],
    }


def pages() -> list[Row]:
    """Return what a further text costs from 5 to 10 times the long example, against what it costs from 1 to 5."""
    results = [_made() for _ in range(PAIRS)]
    ms = [{times: told["ms"] for times, told in result.items()} for result in results]
    pairs = Pairs.of(((told[10] - told[5]) / 5, (told[5] - told[1]) / 4) for told in ms)
    notes = ["one more text from 5 to 10 against one more from 1 to 5; in the process, data → bytes of DOCX and PDF"]
    notes.append("processor time: a machine that does something else meanwhile must not pass for dear pages")
    for times in TEXTS:
        took = [told[times] for told in ms]
        count, median = results[0][times]["pages"], statistics.median(took)
        notes.append(f"{times} × the text: {count} pages, {median:,.0f} ms (spread {quartile_spread(took):.0%})")
    return [row_of("pages", "ms", pairs, 1.15, notes)]


def _made() -> dict[int, Json]:
    return {times: children.run(["-m", PROBE, "pages", str(times)]).answer for times in TEXTS}
