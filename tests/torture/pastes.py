"""The part `pastes`: text as clipboards bring it, cleaned, saved, exported as DOCX and PDF, and found again in each."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import cast

from kjxm_desktop import paths
from kjxm_desktop.core import pasted_html, rich_text, storage
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from tests.torture.content import NOW, PROGRAM, call, shelf
from tests.torture.processes import PROCESSES, dealt, side_by_side, what_went_wrong
from tests.torture.tally import Tally, total

ROUNDS, SHORT = 20_000, 200
POINTERS = (
    "/summary/text", "/basis/demand", "/basis/significance", "/basis/state_of_art", "/basis/fit",
    "/content/goal", "/content/key_problems", "/approach/route",
)  # fmt: skip
IN_ONE = 50
"""So many pieces of text go into one answer; more would not fit."""
BATCH = IN_ONE * len(POINTERS)
LONGEST = 30
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_HAN = (0x4E00, 0x9FFF)
_KINDS: tuple[tuple[int, int], ...] = (
    _HAN, _HAN, _HAN, _HAN, (0x20, 0x7E), (0x20, 0x7E), (0, 0x1F), (0x7F, 0xFF), (0x2000, 0x206F), (0x3000, 0x303F),
    (0xFF00, 0xFFEF), (0x20000, 0x2A6DF), (0x1F300, 0x1FAFF), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFDD0, 0xFDEF),
    (0xFFF0, 0xFFFF), (0x300, 0x36F), (0x590, 0x6FF), (0x180A, 0x18AF), (0xE0000, 0xE007F), (0xD800, 0xDFFF),
    (0x10FFF0, 0x10FFFF), (0xFE00, 0xFE0F),
)  # fmt: skip
_PIECES = (
    "\r\n", "\n", "\t", "\x0b", "\u2028", "&", "<", ">", "&amp;", "&#x20BB7;", "&#0;", "<b>", "</b>", "<p>", "<br>",
    "<i", "</p>", "<!--", "-->", "<li>",
    "<table><tr><td>", "</td></tr></table>", "]]>", "{", "}", "%", "\\", "=cmd|'/c'!A1",
    "<span style='display:none'>", "</span>", "<img src='file:///etc/passwd'>", "𠮷", "👨‍👩‍👧", "e\u0301", "\u202e",
    "\x00",
)  # fmt: skip
_WHITE = re.compile(r"\s+")


def lacks() -> str:
    """Return why this part cannot run here."""
    return ""


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Paste as often as told, some hundred pieces to an export."""
    hands = max(PROCESSES, -(-rounds // BATCH))
    return total("pastes", side_by_side(partial(_batch, folder=folder, seed=seed), dealt(rounds, hands)))


def clipboard(seed: int, number: int) -> str:
    """Return what a clipboard may bring: signs of every kind, and pieces that some reader takes for its own."""
    chance = random.Random(f"{seed} {number}")
    signs: list[str] = []
    for _ in range(chance.randrange(1, LONGEST)):
        if chance.random() < 0.3:
            signs.append(chance.choice(_PIECES))
        else:
            signs.append(chr(chance.randint(*chance.choice(_KINDS))))
    return "".join(signs)


def blocks_of(text: str, as_html: bool) -> list[Json]:
    """Return the blocks that come in, with a lone surrogate replaced as the window does before it cleans."""
    whole = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    if as_html:
        return pasted_html.read(whole).blocks
    return rich_text.normalise(rich_text.clean_text(whole))


def _batch(numbers: range, *, folder: Path, seed: int) -> Tally:
    tally = Tally("pastes", rounds=len(numbers))
    how = f"seed {seed}, pastes {numbers.start} to {numbers.stop - 1}"
    try:
        proposal = _proposal(numbers, seed, tally)
        _check_saved(proposal, folder / f"{numbers.start}.kjxm", tally, how)
        _check_exports(proposal, tally, how)
    except Exception as error:  # noqa: BLE001  (no text may do that)
        tally.count("unexpected", f"{how}: {what_went_wrong(error)}")
    return tally


def _proposal(numbers: range, seed: int, tally: Tally) -> Proposal:
    """Return a proposal with everything that was pasted, by turns as plain text and as HTML."""
    blocks: dict[str, list[Json]] = {pointer: [] for pointer in POINTERS}
    for number in numbers:
        text, how = clipboard(seed, number), f"seed {seed}, paste {number}"
        try:
            pasted = blocks_of(text, as_html=number % 2 == 1)
        except Exception as error:  # noqa: BLE001
            tally.count("unexpected", f"{how} {text!r}: {what_went_wrong(error)}")
            continue
        if rich_text.normalise(pasted) != pasted:
            tally.count("silent", f"{how} {text!r}: cleaned twice it is something else")
        blocks[POINTERS[number // IN_ONE % len(POINTERS)]] += pasted
    proposal = Proposal(call())
    for pointer, value in blocks.items():
        proposal.set(pointer, rich_text.normalise(value))
    return proposal


def _check_saved(proposal: Proposal, file: Path, tally: Tally, how: str) -> None:
    storage.write(file, proposal, program=PROGRAM)
    if storage.read(file, shelf()).proposal.data != proposal.data:
        tally.count("silent", f"{how}: saved, and read as something else")
    file.unlink()


def _check_exports(proposal: Proposal, tally: Tally, how: str) -> None:
    """Export both files and look for every paragraph in the DOCX, for every sign in the PDF.

    Whoever reads a PDF puts Hebrew in another order and a header between the lines of two pages: signs are counted.
    """
    # The libraries of the writers are large.
    from kjxm_desktop.export import files

    made = files.make(proposal, now=NOW, draft=True, formats=("docx", "pdf"), fonts_folder=paths.fonts())
    lines = [_closed(line) for pointer in POINTERS for line in _lines(proposal.get(pointer))]
    docx = _closed(_text_of_docx(made.files["docx"]))
    for line in lines:
        if line not in docx:
            tally.count("lost", f"{how}: not in the DOCX: {line[:60]!r}")
    spelt = {sign: f"〔U+{ord(sign):04X}〕" for sign in "".join(made.missing_glyphs)}
    wanted = Counter("".join(spelt.get(sign, sign) for line in lines for sign in line))
    gone = wanted - Counter(_text_of_pdf(made.files["pdf"]))
    for sign, count in gone.items():
        tally.count("lost", f"{how}: {count} times {sign!r} not in the PDF")


def _lines(value: Json) -> list[str]:
    """Return the text of every paragraph, item and cell of blocks."""
    plain = rich_text.plain(value)
    return [cell for line in plain.split("\n") for cell in line.split("\t") if cell.strip()]


def _closed(text: str) -> str:
    """Return `text` without white space."""
    return _WHITE.sub("", text)


def _text_of_docx(data: bytes) -> str:
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    return "".join(cast("list[str]", list(body.itertext(f"{W}t"))))


def _text_of_pdf(data: bytes) -> str:
    import pypdf

    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
