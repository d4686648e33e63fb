"""The light mark of a draft behind the text of every page of a form: a shape in its headers, so that it is no text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.official_form import W
from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.official_form_package import Package
from kjxm_desktop.export.official_form_text import fragment

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_OFF: Final = ("0", "false", "off")
_ID: Final = f"{{{docx_xml.NAMESPACES['r']}}}id"


def add_draft_mark(package: Package, mark: str) -> None:
    """Add `mark` to every header of the form, and a header with it where the first section has none of a kind it uses.

    Sections that follow take the headers of the one before them.
    """
    shape = docx_xml.watermark(mark)
    for root in package.roots.values():
        if root.tag == f"{W}hdr":
            _into(root, shape)
    sections = list(package.roots[package.main].iter(f"{W}sectPr"))
    if not sections:
        return
    kinds = ["default"]
    kinds += ["first"] if any(_on(section.find(f"{W}titlePg")) for section in sections) else []
    settings = package.part("settings")
    kinds += ["even"] if settings is not None and _on(settings.find(f"{W}evenAndOddHeaders")) else []
    there = {one.get(f"{W}type") for one in sections[0].iterfind(f"{W}headerReference")}
    for kind in reversed([kind for kind in kinds if kind not in there]):
        relation = package.add_header(f"<w:p>{shape}</w:p>")
        reference = fragment(f'<w:headerReference w:type="{kind}"/>')[0]
        reference.set(_ID, relation)
        sections[0].insert(0, reference)


def _into(header: Element, shape: str) -> None:
    paragraph = next((child for child in header if child.tag == f"{W}p"), None)
    if paragraph is None:
        paragraph = fragment("<w:p/>")[0]
        header.append(paragraph)
    paragraph.extend(fragment(shape))


def _on(element: Element | None) -> bool:
    return element is not None and element.get(f"{W}val", "true") not in _OFF
