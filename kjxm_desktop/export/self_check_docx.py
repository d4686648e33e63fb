"""A finished DOCX read again as a ZIP of XML: its text, its pictures, and the rules that Word insists on."""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_MAIN = "word/document.xml"
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, RuntimeError)
"""What the library of ZIP files raises on a damaged one; a kind of packing that it does not know is a RuntimeError."""

_ORDERS: Mapping[str, str] = {
    "pPr": """pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
        suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
        snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
        textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange""",
    "rPr": """rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid
        vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em
        lang eastAsianLayout specVanish oMath rPrChange""",
    "sectPr": """headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType
        pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings
        sectPrChange""",
    "tblPr": """tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing
        tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange""",
    "tcPr": """cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark
        headers cellIns cellDel cellMerge tcPrChange""",
}
"""ECMA-376-1 (transitional), 17.3.1.26, 17.3.2.28, 17.6.17, 17.4.59, 17.4.69: the order of what is inside."""

_RANKS = {f"{_W}{name}": {f"{_W}{word}": at for at, word in enumerate(told.split())} for name, told in _ORDERS.items()}
_EITHER = {f"{_W}headerReference", f"{_W}footerReference"}  # first in any order, more than one of each


@dataclass(frozen=True)
class ReadDocx:
    """What a DOCX says: its paragraphs in order, the first heading among them, pictures by SHA-256, broken rules.

    `headings` are the paragraphs in styles Heading1 to Heading3; a fault names the part and the rule.
    """

    paragraphs: tuple[str, ...]
    first_heading: int
    headings: tuple[str, ...]
    pictures: Mapping[str, int]
    faults: tuple[str, ...]


def read(data: bytes) -> ReadDocx:
    """Return what `data` says. Raises ValueError when it is no whole ZIP of well-formed XML."""
    # Loaded when something was exported.
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        trees = {
            name: etree.fromstring(content, parser)
            for name, content in parts.items()
            if name.endswith((".xml", ".rels"))
        }
        body = trees[_MAIN]
    except (etree.XMLSyntaxError, *_BROKEN) as error:
        raise ValueError(str(error)) from error
    relations = {name: dict(_relations(name, tree)) for name, tree in trees.items() if name.endswith(".rels")}
    paragraphs, styles = _paragraphs(body)
    headings = [at for at, style in enumerate(styles) if style in ("Heading1", "Heading2", "Heading3")]
    return ReadDocx(
        tuple(paragraphs),
        next((at for at, style in enumerate(styles) if style == "Heading1"), -1),
        tuple(paragraphs[at] for at in headings),
        _pictures(body, relations.get(_rels_of(_MAIN), {}), parts),
        (*_package_faults(parts, trees, relations), *_markup_faults(trees)),
    )


def _paragraphs(body: Any) -> tuple[list[str], list[str]]:
    """Return the characters of every paragraph, by w:t alone, and its style."""
    texts: list[list[str]] = []
    styles: list[str] = []
    for node in body.iter(f"{_W}p", f"{_W}t", f"{_W}pStyle"):
        if node.tag == f"{_W}p":
            texts.append([])
            styles.append("")
        elif node.tag == f"{_W}t":
            texts[-1].append(node.text or "")
        else:
            styles[-1] = node.get(f"{_W}val", "")
    return ["".join(parts) for parts in texts], styles


def _pictures(body: Any, relations: Mapping[str, str], parts: Mapping[str, bytes]) -> Counter[str]:
    digests: dict[str, str] = {}
    found: Counter[str] = Counter()
    for blip in body.iter(f"{_A}blip"):
        name = relations.get(blip.get(f"{_R}embed", ""), "")
        if name in parts:
            if name not in digests:
                digests[name] = hashlib.sha256(parts[name]).hexdigest()
            found[digests[name]] += 1
    return found


# --- the package ------------------------------------------------------------------------------------------------------


def _rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relations(name: str, tree: Any) -> Iterator[tuple[str, str]]:
    """Yield id and target part of each relation; one that leads out of the package has the target ""."""
    folder = "/" + posixpath.dirname(posixpath.dirname(name))
    for relation in tree.iter(_RELATION):
        outside = relation.get("TargetMode") == "External"
        path = posixpath.normpath(posixpath.join(folder, relation.get("Target", ""))).lstrip("/")
        yield relation.get("Id", ""), "" if outside else path


def _package_faults(
    parts: Mapping[str, bytes], trees: Mapping[str, Any], relations: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Yield what is wrong between the parts: types not told, relations that lead nowhere or are not there."""
    types = trees.get("[Content_Types].xml")
    if types is None:
        yield "[Content_Types].xml: missing"
        return
    endings = {node.get("Extension", "").lower() for node in types.iter(f"{_TYPES}Default")}
    named = {node.get("PartName", "").lstrip("/") for node in types.iter(f"{_TYPES}Override")}
    for name in parts:
        if name not in named and name.rpartition(".")[2].lower() not in endings and name != "[Content_Types].xml":
            yield f"{name}: no content type"
    yield from (f"{name}: named, but not there" for name in named if name not in parts)
    for name, told in relations.items():
        yield from (f"{name}: {key} leads nowhere" for key, target in told.items() if target and target not in parts)
    for name, tree in trees.items():
        if name.startswith("word/") and not name.endswith(".rels"):
            known = relations.get(_rels_of(name), {})
            used = set(tree.xpath("//@r:*", namespaces={"r": _R[1:-1]}))
            yield from (f"{name}: {key} is no relation" for key in sorted(used - known.keys()))


# --- the markup -------------------------------------------------------------------------------------------------------


def _markup_faults(trees: Mapping[str, Any]) -> Iterator[str]:
    for name, tree in trees.items():
        if name.startswith("word/") and not name.endswith(".rels"):
            yield from (f"{name}: {fault}" for fault in dict.fromkeys(_faults_in(tree)))


def _faults_in(tree: Any) -> Iterator[str]:
    sound: set[tuple[str, ...]] = set()  # orders that were looked at already: there are few
    for node in tree.iter(*_RANKS):
        told = (node.tag, *[child.tag for child in node])
        if told not in sound:
            if _in_order(node.tag, told[1:]):
                sound.add(told)
            else:
                yield f"order inside {_short(node.tag)}"
    for cell in tree.iter(f"{_W}tc"):
        if len(cell) == 0 or cell[-1].tag != f"{_W}p":
            yield "a cell that does not end in a paragraph"
    for table in tree.iter(f"{_W}tbl"):
        yield from _table_faults(table)
    yield from _twice([node.get(f"{_W}id") for node in tree.iter(f"{_W}bookmarkStart")], "bookmark id")
    yield from _twice([node.get(f"{_W}name") for node in tree.iter(f"{_W}bookmarkStart")], "bookmark name")
    yield from _twice([node.get("id") for node in tree.iter(f"{_WP}docPr")], "drawing id")
    yield from _link_faults(tree)


def _in_order(parent: str, tags: Sequence[str]) -> bool:
    """Tell whether children stand in the order of the schema; those of other namespaces may stand anywhere."""
    ranks = _RANKS[parent]
    own = [tag for tag in tags if tag.startswith(_W)]
    places = [1 if tag in _EITHER else ranks.get(tag, -1) for tag in own]
    once = [tag for tag in own if tag not in _EITHER]
    return -1 not in places and places == sorted(places) and len(once) == len(set(once))


def _table_faults(table: Any) -> Iterator[str]:
    grid = table.find(f"{_W}tblGrid")
    columns = 0 if grid is None else len(grid)
    if not columns:
        yield "a table without a grid"
    rows = list(table.iterfind(f"{_W}tr"))
    if not rows:
        yield "a table without rows"
    for row in rows:
        wide = f"{_W}tc/{_W}tcPr/{_W}gridSpan"
        wider = f"{_W}sdt/{_W}sdtContent/{wide}"  # a content control around the cell
        spans = [node.get(f"{_W}val", "1") for node in (*row.iterfind(wide), *row.iterfind(wider))]
        beside = [
            int(node.get(f"{_W}val", "0"))
            for tag in ("gridBefore", "gridAfter")
            for node in row.iterfind(f"{_W}trPr/{_W}{tag}")
        ]
        cells = sum(1 for child in row if child.tag in (f"{_W}tc", f"{_W}sdt"))
        if cells - len(spans) + sum(int(span) for span in spans) + sum(beside) != columns:
            yield "a row that is not as wide as its grid"


def _twice(found: Sequence[str | None], what: str) -> Iterator[str]:
    if len(set(found)) < len(found):
        yield f"{what} used twice"


def _link_faults(tree: Any) -> Iterator[str]:
    """Yield links to bookmarks that are not there, bookmarks and fields that do not end."""
    starts = list(tree.iter(f"{_W}bookmarkStart"))
    names = {node.get(f"{_W}name") for node in starts}
    if any(node.get(f"{_W}anchor", "") not in names | {""} for node in tree.iter(f"{_W}hyperlink")):
        yield "a link to a bookmark that is not there"
    ends = [node.get(f"{_W}id") for node in tree.iter(f"{_W}bookmarkEnd")]
    if sorted(map(str, ends)) != sorted(str(node.get(f"{_W}id")) for node in starts):
        yield "a bookmark without an end"
    kinds = Counter(node.get(f"{_W}fldCharType") for node in tree.iter(f"{_W}fldChar"))
    if kinds["begin"] != kinds["end"]:
        yield "a field without an end"


def _short(tag: str) -> str:
    return "w:" + tag.removeprefix(_W)
