"""One process of the rows `export` and `pages`.

    python -m tests.benchmarks.paper_probe libraries      load what an export needs, and the fonts; no more
    python -m tests.benchmarks.paper_probe unchecked export FILE --to DIR   as `kjxm`, but for the self-check
    python -m tests.benchmarks.paper_probe warm FILE DIR  answers with {"ms", "mb"}: a second export, the most memory
    python -m tests.benchmarks.paper_probe typst SOURCE PDF
    python -m tests.benchmarks.paper_probe pages TIMES    answers with {"ms", "pages"}: the long example, so many times

The last one is timed inside, in processor time, from the data to the bytes of both files, after the libraries have been
loaded.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import time


def libraries() -> None:
    """Load the writers with their libraries, and every face."""
    from kjxm_desktop import paths
    from kjxm_desktop.export.fonts import FontSet

    for room in ("cli", "export.files", "export.pdf_writer", "export.docx_writer"):
        importlib.import_module(f"kjxm_desktop.{room}")
    FontSet(paths.fonts())


def typst(source: str, pdf: str) -> None:
    """Let Typst set `source` with our fonts and no others."""
    import typst

    fonts = source.rpartition("build")[0] + "resources/fonts"
    typst.compile(source, output=pdf, font_paths=[fonts], ignore_system_fonts=True)


def unchecked(words: list[str]) -> int:
    """Run `kjxm` with `words` and believe what was written."""
    from kjxm_desktop import cli
    from kjxm_desktop.export import self_check

    self_check.check = lambda *_, **__: ()
    return cli.main(words)


def warm(draft: str, folder: str) -> None:
    """Let the helper process export twice and tell how long the second took, and the most memory of both."""
    from kjxm_desktop import worker
    from tests.benchmarks import drafts
    from tests.benchmarks.start_probe import peak_kb

    request = {"action": "export", "draft_file": draft, "to": folder, "time": drafts.NOW.isoformat(), "draft": False}
    ends: list[float] = []
    for _ in range(2):
        answers = io.StringIO()
        began = time.monotonic()
        worker.main(io.StringIO(json.dumps(request)), answers)
        ends.append(time.monotonic() - began)
        if "done" not in answers.getvalue():
            sys.exit(answers.getvalue())
    print(json.dumps({"ms": ends[1] * 1000, "mb": peak_kb() / 1024}))


def pages(times: int) -> None:
    """Make both files of the long example with `times` times its text."""
    libraries()
    from kjxm_desktop import paths
    from kjxm_desktop.export import files
    from tests.benchmarks import drafts

    proposal = drafts.with_text(times)
    began = time.process_time()  # all of it is computing, and a busy machine must not pass for dear pages
    made = files.make(proposal, now=drafts.NOW, draft=True, formats=("docx", "pdf"), fonts_folder=paths.fonts())
    print(json.dumps({"ms": (time.process_time() - began) * 1000, "pages": made.page_count}))


if __name__ == "__main__":
    if sys.argv[1] == "pages":
        pages(int(sys.argv[2]))
    elif sys.argv[1] == "unchecked":
        sys.exit(unchecked(sys.argv[2:]))
    elif sys.argv[1] == "warm":
        warm(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "typst":
        typst(sys.argv[2], sys.argv[3])
    else:
        libraries()
