"""The rows of the paper: a whole export against Typst, and what further pages cost."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.files import picture_sizes
from tests.benchmarks import children, drafts, typst_source
from tests.benchmarks.table import PAIRS, Pairs, Row, interleaved, quartile_spread, row_of

PROBE = "tests.benchmarks.paper_probe"
TEXTS = (1, 5, 10)


def export() -> list[Row]:
    """Return how long DOCX and PDF of the long example take, whole process, against the PDF alone by Typst."""
    proposal = drafts.long_example()
    draft = drafts.file_of(proposal, "long")
    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=drafts.NOW, draft=False)
    source = typst_source.write(document, proposal.media, drafts.WORK / "typst")
    with tempfile.TemporaryDirectory() as folder:
        ours = ["-m", "kjxm_desktop.cli", "export", draft, "--to", folder, "--time", drafts.NOW.isoformat()]
        theirs = ["-m", PROBE, "typst", source, Path(folder) / "typst.pdf"]
        results = interleaved(
            lambda: (children.run(ours).took_ms, children.run(["-m", PROBE, "libraries"]).took_ms),
            lambda: (children.run(theirs).took_ms, 0.0),
        )
    whole = Pairs.of((mine[0], typst[0]) for mine, typst in results)
    loading = Pairs.of((mine[1], typst[0]) for mine, typst in results)
    note = "kjxm export, DOCX and PDF of the long example, against the PDF alone by Typst; whole processes"
    of_that = "of that Python, the libraries and the fonts: a process that loads them and ends"
    return [row_of("export", "ms", whole, 8.0, [note]), row_of("export: loading", "ms", loading, None, [of_that])]


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
