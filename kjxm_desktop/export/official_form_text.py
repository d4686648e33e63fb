"""Text put into an official form: it takes the looks of the place it stands in, runs and paragraphs alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.official_form import W
from kjxm_desktop.export import docx_xml

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_RUN_ORDER: Final = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow",
    "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position",
    "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath",
)  # fmt: skip
_PARAGRAPH_ORDER: Final = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers",
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct",
    "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing",
    "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl",
    "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
"""The order in which the schema wants them (ECMA-376 part 1, 17.3.2.28 and 17.3.1.26)."""


def fragment(markup: str) -> list[Element]:
    """Return the elements of a piece of WordprocessingML of our own making."""
    from lxml import etree  # loaded when a form is filled in

    return list(etree.fromstring(f"<w:p {docx_xml.DECLARATIONS}>{markup}</w:p>"))


@dataclass(frozen=True)
class Look:
    """How text looks in a place: the properties of its runs and of its paragraphs, None where the form says nothing."""

    run: Element | None
    paragraph: Element | None

    def dressed(self, made: list[Element]) -> list[Element]:
        """Return runs (links, formulas) of our own with the looks of the place beneath their own marks."""
        for element in made:
            for run in [element] if element.tag == f"{W}r" else list(element.iter(f"{W}r")):
                self._dress(run)
        return made

    def _dress(self, run: Element) -> None:
        own = run.find(f"{W}rPr")
        merged = _merged(self.run, own, _RUN_ORDER, "rPr")
        if own is not None:
            run.remove(own)
        if len(merged):
            run.insert(0, merged)

    def lines(self, content: Sequence[Element], properties: str = "", *, first: bool = True) -> Element:
        """Return a paragraph with `content`; `properties` take the place of the form's own.

        Only the `first` of several carries the number that the form gives its paragraph.
        """
        made = fragment("<w:p/>")[0]
        told = fragment(f"<w:pPr>{properties}</w:pPr>")[0]
        merged = _merged(self.paragraph, told, _PARAGRAPH_ORDER, "pPr")
        left_out = ("sectPr",) if first else ("sectPr", "numPr", "pageBreakBefore")
        for name in left_out:
            for element in merged.findall(f"{W}{name}"):
                merged.remove(element)
        if len(merged):
            made.append(merged)
        made.extend(content)
        if any(str(one.tag).startswith(_MATH) for one in content):
            for spacing in merged.iterfind(f"{W}spacing[@{W}lineRule='exact']"):
                spacing.set(f"{W}lineRule", "atLeast")  # a line of a fixed height would cut the formula
        return made


def _merged(base: Element | None, own: Element | None, order: Sequence[str], name: str) -> Element:
    """Return the properties of `base` with those of `own` over them, in the order of the schema."""
    merged = fragment(f"<w:{name}/>")[0]
    kept: dict[str, Element] = {str(child.tag): deepcopy(child) for child in base} if base is not None else {}
    for child in own if own is not None else ():
        tag = str(child.tag)
        if tag == f"{W}rFonts" and tag in kept:
            kept[tag].attrib.update(child.attrib)  # a hint beside the faces of the form
        else:
            kept[tag] = deepcopy(child)
    ranks = {f"{W}{word}": rank for rank, word in enumerate(order)}
    merged.extend(sorted(kept.values(), key=lambda child: ranks.get(str(child.tag), len(ranks))))
    return merged


def look_of(control: Element, paragraph: Element | None, placeholder_styles: frozenset[str]) -> Look:
    """Return the looks of what will stand in `control`, whose first (or surrounding) paragraph is `paragraph`.

    The control's own looks come first, else those of the text that stands in the place now, without the style that
    marks it as a placeholder; else those of the end of the paragraph.
    """
    told = control.find(f"{W}sdtPr/{W}rPr")
    if told is None:
        run = next(control.iterfind(f"{W}sdtContent//{W}r"), None)
        told = run.find(f"{W}rPr") if run is not None else None
    properties = paragraph.find(f"{W}pPr") if paragraph is not None else None
    if told is None and properties is not None:
        told = properties.find(f"{W}rPr")
    return Look(_without(told, placeholder_styles), deepcopy(properties) if properties is not None else None)


def _without(told: Element | None, placeholder_styles: frozenset[str]) -> Element | None:
    if told is None:
        return None
    kept = deepcopy(told)
    for style in kept.findall(f"{W}rStyle"):
        if style.get(f"{W}val") in placeholder_styles:
            kept.remove(style)
    return kept


def placeholder_styles(styles: Element | None) -> frozenset[str]:
    """Return the ids of the character styles that mark text as a placeholder, whatever Word's language called them."""
    found: Iterator[Element] = styles.iter(f"{W}style") if styles is not None else iter(())
    names = {style.get(f"{W}styleId") or "": style.find(f"{W}name") for style in found}
    said = {key: (name.get(f"{W}val") or "").lower() for key, name in names.items() if name is not None}
    return frozenset({"PlaceholderText", *(key for key, name in said.items() if name == "placeholder text")})
