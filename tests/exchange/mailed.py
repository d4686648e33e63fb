"""Documents as they come back by mail, for the tests that read them: exported, re-saved, edited, and made by hand."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from lxml import etree

from kjxm_desktop import paths, returned_words
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.exchange import returned
from kjxm_desktop.exchange.returned import Returned
from kjxm_desktop.export import docx_writer, embedded, files
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.compose import compose
from tests.export.conftest import AGRI, KJXM, NOW, LabelFont, call_of, example, pages_of
from tests.export.filled import proposal as filled

CALLS = Path(__file__).parents[1] / "calls"
DOCUMENT, ITEM = "word/document.xml", "customXml/item1.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = {
    "empty": lambda: Proposal(call_of(KJXM)),
    "filled": lambda: filled(call_of(KJXM)),
    "other call": lambda: filled(call_of(AGRI)),
    "consulting": lambda: example("consulting"),
    "long": lambda: example("long"),
}

Edit = Callable[[etree._Element], None]


@cache
def shelf() -> Shelf:
    return Shelf(paths.schemas(), [CALLS / AGRI])


@cache
def proposal(name: str) -> Proposal:
    return NAMES[name]()


def document_of(made: Proposal) -> Document:
    code, sizes = embedded.check_code(made), files.picture_sizes(made.media)
    return compose(made.call, made.data, sizes, now=NOW, draft=False, check_code=code)


def parcel_of(made: Proposal) -> embedded.Parcel:
    return files.parcel_of(made, document_of(made))


def docx_of(made: Proposal) -> bytes:
    """Return the DOCX with its data inside, as `files.make` makes it, but without a PDF to count its pages."""
    document = document_of(made)
    inside = files.parcel_of(made, document)
    return docx_writer.write(document, made.media, LabelFont(), pages_of(document), inside)


@cache
def docx(name: str) -> bytes:
    return docx_of(proposal(name))


def read(data: bytes, name: str = "a.docx") -> Returned:
    return returned.read(data, shelf(), name)


def told(data: bytes) -> list[Json]:
    return [returned_words.plain(difference) for difference in read(data).differences]


def simple(*paragraphs: str) -> Proposal:
    """Return a proposal with a long text of these paragraphs, between other answers."""
    made = Proposal(call_of(KJXM))
    made.set("/project/title", "葵盘果胶示范")
    made.set("/summary/text", rich_text.normalise("\n".join(paragraphs)))
    made.set("/people/partners", [{"id": "p1", "name": "示例农牧合作社", "role": "提供场地"}])
    return made


# --- packages -------------------------------------------------------------------------------------------------------


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(told: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in told.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    found = parts(data)
    return packed(found | {name: change(found[name])})


def without(data: bytes, name: str) -> bytes:
    return packed({part: content for part, content in parts(data).items() if part != name})


def replaced(data: bytes, old: str, new: str, part: str = DOCUMENT) -> bytes:
    """Return the package with `new` for the one `old` in a part."""

    def change(content: bytes) -> bytes:
        assert content.count(old.encode()) == 1, content.count(old.encode())
        return content.replace(old.encode(), new.encode())

    return with_part(data, part, change)


def item_with(data: bytes, pattern: str, new: str) -> bytes:
    """Return the package with what `pattern` finds in the item of data replaced."""

    def change(content: bytes) -> bytes:
        changed = re.sub(pattern.encode(), new.encode(), content)
        assert changed != content
        return changed

    return with_part(data, ITEM, change)


def with_draft(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return the package with another draft inside, by the draft it holds."""

    def changed(content: bytes) -> bytes:
        found = re.search(rb">([^<]+)</draft>", content)
        assert found
        draft = base64.b64encode(change(base64.b64decode(found[1])))
        return content.replace(found[1], draft)

    return with_part(data, ITEM, changed)


# --- editing --------------------------------------------------------------------------------------------------------


def edited(data: bytes, edit: Edit) -> bytes:
    """Return the package with its body changed in place."""

    def change(content: bytes) -> bytes:
        root = etree.fromstring(content)
        edit(root)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    return with_part(data, DOCUMENT, change)


def text_of(paragraph: etree._Element) -> str:
    return "".join(node.text or "" for node in paragraph.iter(f"{W}t"))


def paragraph(root: etree._Element, start: str) -> etree._Element:
    """Return the one paragraph of the body that begins so."""
    found = [one for one in root.iter(f"{W}p") if text_of(one).startswith(start)]
    assert len(found) == 1, [text_of(one) for one in found]
    return found[0]


def element(markup: str) -> etree._Element:
    return etree.fromstring(f'<x xmlns:w="{W[1:-1]}">{markup}</x>')[0]


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def resaved(file: Path, folder: Path, to: Sequence[str] = ("docx",)) -> bytes:
    """Return what LibreOffice makes of a file when it saves it in those formats, one after the other."""
    for kind in to:
        done = subprocess.run(
            [
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                "--convert-to", kind, "--outdir", str(folder / kind), str(file),
            ],
            capture_output=True, check=False, timeout=300,
        )  # fmt: skip
        file = folder / kind / f"{file.stem}.{kind}"
        assert file.is_file(), done
    return file.read_bytes()
