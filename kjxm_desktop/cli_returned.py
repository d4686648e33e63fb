"""A DOCX or PDF that came back by mail, on the command line: its data, and whether it still says what they say."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kjxm_desktop import returned_words, strings
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import to_outside
from kjxm_desktop.errors import KjxmError, why
from kjxm_desktop.exchange import incoming_bytes

if TYPE_CHECKING:
    from kjxm_desktop.exchange.returned import Returned

_SAME, _EDITED = 0, 1


def is_document(path: Path) -> bool:
    """Tell by its content whether the file is a DOCX or PDF."""
    return incoming_bytes.is_document(path)


def read(path: Path, shelf: Shelf) -> Returned:
    """Return what came back. Raises KjxmError incoming.*, returned.*, export.*."""
    # Loaded with the first document: it brings the paper along.
    from kjxm_desktop.exchange import returned

    return returned.read(path, shelf)


def show(told: argparse.Namespace, shelf: Shelf) -> int:
    """Print the data, or where the text differs from them, and tell on stderr whether it does: 0 same, 1 edited."""
    found = read(told.file, shelf)
    if told.differences:
        _print_json([returned_words.plain(difference) for difference in found.differences])
    else:
        try:
            shown = to_outside(found.proposal, told.media)
        except OSError as error:
            raise KjxmError("export.target_unwritable", path=str(told.media), why=why(error)) from error
        _print_json(shown)
    print(verdict(found, told.file.name), file=sys.stderr)
    if found.absent:
        names = returned_words.listed([name or pointer for pointer, name in found.absent])
        print(strings.text("returned.absent", count=len(found.absent), names=names), file=sys.stderr)
    return _EDITED if found.is_edited else _SAME


def verdict(found: Returned, name: str) -> str:
    """Return in one sentence whether the file `name` still says what its data say."""
    if not found.is_edited:
        bare = "" if found.is_compared else "_bare"
        return strings.text(f"returned.same_{found.kind}{bare}", name=name, code=found.check_code)
    sections = returned_words.listed(returned_words.places(found))
    told = {"count": len(found.differences), "sections": sections, "code": found.check_code}
    return strings.text("returned.edited", name=name, **told)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))
