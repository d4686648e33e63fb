"""The institute's own Word form that a call may bring, `template.docx`: read within bounds, and nothing but a form.

It comes from outside, in a folder or inside a draft, so it is counted before it is unfolded, its XML is read without
entities, and whatever could run, reach out of the file or tell who worked on it is refused (ECMA-376 part 1, 11, 15).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from kjxm_desktop.core.call import TEMPLATE
from kjxm_desktop.core.office_zip import OfficeZip
from kjxm_desktop.errors import KjxmError

if TYPE_CHECKING:
    from lxml import etree

    # The name under which its stubs tell of an element.
    Element: TypeAlias = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
CONTENT_TYPES: Final = "[Content_Types].xml"
_DOCUMENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LIMIT_PART_BYTES: Final = 16 * 1024 * 1024
_LIMIT_BYTES: Final = 32 * 1024 * 1024
_LIMIT_ELEMENTS: Final = 100_000

_KNOWN: Final = frozenset(
    (
        "officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail", "styles",
        "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering", "header", "footer",
        "footnotes", "endnotes", "image", "hyperlink", "customXml", "customXmlProps", "glossaryDocument", "font",
    )
)  # fmt: skip
"""What the parts of a form may be to one another: text, pictures and looks; no macro, no comment, no foreign file."""

_STORIES: Final = ("officeDocument", "header", "footer", "footnotes", "endnotes")
_REVISIONS: Final = frozenset(
    f"{W}{name}"
    for name in (
        "ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "rPrChange", "pPrChange", "tblPrChange",
        "tblPrExChange", "trPrChange", "tcPrChange", "sectPrChange", "tblGridChange", "numberingChange",
    )
)  # fmt: skip
_REACHING: Final = frozenset(("INCLUDETEXT", "INCLUDEPICTURE", "LINK", "DDE", "DDEAUTO", "IMPORT", "DATABASE", "RD"))
"""Fields that fetch something from outside the file."""


@dataclass(frozen=True)
class Relation:
    """One part naming another: its id there, what for (`image`), the part it leads to; "" when that lies outside."""

    id: str
    purpose: str
    part: str


@dataclass(frozen=True)
class OfficialForm:
    """The parts of a form by name, and which of them hold text: the document itself first, then headers and so on."""

    parts: Mapping[str, bytes]
    stories: tuple[str, ...]

    @property
    def main(self) -> str:
        """Return the name of the document itself."""
        return self.stories[0]

    @cached_property
    def roots(self) -> Mapping[str, Element]:
        """Return the roots of the stories by part name: for reading; whoever changes them parses his own."""
        return {name: parsed(self.parts[name], name) for name in self.stories}


def read(data: bytes) -> OfficialForm:
    """Return the form in `data`. Raises KjxmError call.unreadable and call.form_part, naming the file and the part."""
    try:
        archive = OfficeZip(data, TEMPLATE)
        parts = dict(_unfolded(archive))
    except KjxmError as error:
        raise KjxmError("call.unreadable", file=TEMPLATE, why=error) from error
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            _look_over(name, parsed(content, name))
    return OfficialForm(parts, tuple(_stories(parts)))


def _unfolded(archive: OfficeZip) -> Iterator[tuple[str, bytes]]:
    room = _LIMIT_BYTES
    for name in archive.names:
        if name.endswith("/"):
            continue
        content = archive.read(name, min(_LIMIT_PART_BYTES, room))
        room -= len(content)
        yield name, content


def parsed(content: bytes, name: str) -> Element:
    """Return the root of the XML of a part. Raises KjxmError call.form_xml for what no office program writes."""
    # Loaded when a form is looked at: few calls bring one.
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise KjxmError("call.form_xml", file=TEMPLATE, part=name) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise KjxmError("call.form_xml", file=TEMPLATE, part=name)
    return root


def relations(parts: Mapping[str, bytes], source: str) -> list[Relation]:
    """Return what the part `source` names; "" is the package itself."""
    folder, _, own = source.rpartition("/")
    told = posixpath.join(folder, "_rels", f"{own}.rels")
    return relations_in(parsed(parts[told], told), source) if told in parts else []


def relations_in(root: Element, source: str) -> list[Relation]:
    """Return the relations that `root`, the XML of those of the part `source`, tells."""
    folder = posixpath.dirname(source)
    found: list[Relation] = []
    for element in root.iter(_RELATION):
        outside = element.get("TargetMode") == "External"
        target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
        purpose = element.get("Type", "").rpartition("/")[2]
        found.append(Relation(element.get("Id", ""), purpose, "" if outside else target))
    return found


def _stories(parts: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the document itself and the parts with text that it names; the names of others lead nowhere."""
    main = next((one.part for one in relations(parts, "") if one.purpose == _STORIES[0]), "")
    if main not in parts or parsed(parts[main], main).tag != f"{W}document" or not _is_document(parts, main):
        raise KjxmError("call.form_xml", file=TEMPLATE, part=main or CONTENT_TYPES)
    yield main
    named = relations(parts, main)
    for purpose in _STORIES[1:]:
        yield from (one.part for one in named if one.purpose == purpose and one.part in parts)


def _is_document(parts: Mapping[str, bytes], main: str) -> bool:
    """Tell whether the main part is that of a plain document: not one with macros, not a template of templates."""
    if CONTENT_TYPES not in parts:
        return False
    told = parsed(parts[CONTENT_TYPES], CONTENT_TYPES)
    return any(one.get("PartName") == f"/{main}" and one.get("ContentType") == _DOCUMENT_TYPE for one in told)


# --- what a form may not hold ---------------------------------------------------------------------------------------


def _look_over(name: str, root: Element) -> None:
    """Refuse too much XML, revisions, fields and relations that reach outside."""
    field: list[str] = []
    for count, element in enumerate(root.iter()):  # how deep it is the parser has bounded
        if count > _LIMIT_ELEMENTS:
            raise KjxmError("call.too_many", file=f"{TEMPLATE}/{name}", limit=_LIMIT_ELEMENTS)
        tag = element.tag
        if tag in _REVISIONS:
            raise _refused(name, str(tag).removeprefix(W))
        if tag == _RELATION:
            _look_at_relation(name, element)
        elif tag == f"{W}fldSimple":
            _look_at_field(name, element.get(f"{W}instr", ""))
        elif tag == f"{W}fldChar":
            _look_at_field(name, "".join(field))
            field.clear()
        elif tag == f"{W}instrText":
            field.append(element.text or "")
    _look_at_field(name, "".join(field))


def _look_at_relation(name: str, element: Element) -> None:
    purpose = element.get("Type", "").rpartition("/")[2]
    outside = element.get("TargetMode", "Internal") != "Internal"
    link = element.get("Target", "").lower().startswith(("http://", "https://", "mailto:"))
    if purpose not in _KNOWN or (outside and not (purpose == "hyperlink" and link)):
        raise _refused(name, purpose)


def _look_at_field(name: str, instruction: str) -> None:
    word, _, _ = instruction.strip().partition(" ")
    if word.upper() in _REACHING:
        raise _refused(name, word.upper())


def _refused(name: str, what: str) -> KjxmError:
    return KjxmError("call.form_part", file=TEMPLATE, part=name, what=what[:60])
