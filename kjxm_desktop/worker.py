"""The helper process that exports for the window, so that a busy Python never makes a key slow.

One request a line on stdin, answers as JSON lines on stdout: any number of {"progress": step}, then {"done": …} or
{"error": {"key", "params"}}. It reads the draft that the window wrote for it and knows nothing of the window.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TextIO

from kjxm_desktop import mismatch_words, paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import package


def main(source: TextIO | None = None, answers: TextIO | None = None) -> int:
    """Serve requests until stdin ends.

    A request is {"action": "export" or "package", "draft_file", "to", "time", "draft"}, with "formats" for an export,
    "extra" for a package, and "calls", the added folders of calls.
    """
    reading, writing = source or sys.stdin, answers or sys.stdout

    def answer(told: Json) -> None:
        # ASCII alone: a pipe on Windows may have any code page.
        print(json.dumps(told), file=writing, flush=True)

    def progress(step: str) -> None:
        answer({"progress": step})

    for line in reading:
        try:
            answer({"done": _serve(json.loads(line), progress)})
        except KjxmError as error:
            answer({"error": _plain(error)})
    return 0


def _plain(error: KjxmError) -> Json:
    return {"key": error.key, "params": {key: _plain_part(part) for key, part in error.params.items()}}


def _plain_part(part: object) -> Json:
    if isinstance(part, KjxmError):
        return _plain(part)
    return part if isinstance(part, int) else str(part)


def _serve(request: Json, progress: package.Progress) -> Json:
    shelf = Shelf(paths.schemas(), [Path(folder) for folder in request.get("calls", [])], paths.calls())
    proposal = storage.read(Path(request["draft_file"]), shelf).proposal
    now = datetime.fromisoformat(request["time"])
    to, draft = Path(request["to"]), bool(request["draft"])
    if request["action"] == "export":
        formats = tuple(request.get("formats", ("docx", "pdf")))
        made = package.export(
            proposal, to, formats=formats, draft=draft, now=now, fonts=paths.fonts(), progress=progress
        )
        written = [str(path) for path in made.paths]
        found = mismatch_words.plain(made.mismatches)
        missing = list(made.missing_glyphs)
        unset = list(made.unset_formulas)
        told = {"paths": written, "pages": made.pages, "mismatches": found}
        return {**told, "missing_glyphs": missing, "unset_formulas": unset}
    extra = [Path(path) for path in request.get("extra", [])]
    packed = package.package(proposal, to, extra=extra, draft=draft, now=now, fonts=paths.fonts(), progress=progress)
    return {
        "folder": str(packed.folder),
        "files": [{"name": name, "bytes": size} for name, size in packed.files],
        "to": packed.letter.to,
        "subject": packed.letter.subject,
        "body": packed.letter.body,
        "eml": str(packed.eml),
        "size_warning": packed.size_warning,
        "pages": packed.pages,
        "missing_glyphs": list(packed.missing_glyphs),
        "unset_formulas": list(packed.unset_formulas),
        "mismatches": mismatch_words.plain(packed.mismatches),
    }
