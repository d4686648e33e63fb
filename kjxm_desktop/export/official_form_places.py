"""The content controls of an official form, each filled with its answer where it stands: in a line, a cell, a block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import count, groupby
from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.form_places import MOST_TAG, Tag, read, tag_of
from kjxm_desktop.core.official_form import W14, W
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import Block, Paragraph
from kjxm_desktop.export.official_form_blocks import Setter
from kjxm_desktop.export.official_form_package import Package
from kjxm_desktop.export.official_form_text import Look, fragment, look_of, placeholder_styles
from kjxm_desktop.export.official_form_values import Values

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_WP: Final = f"{{{docx_xml.NAMESPACES['wp']}}}"
_BINDINGS: Final = (f"{W}dataBinding", f"{_W15}dataBinding")
_ONE_LINE: Final = tuple(f"{W}{name}" for name in ("date", "dropDownList", "comboBox"))
_NO_MORE: Final = tuple(f"{W}{name}" for name in ("showingPlcHdr", "picture", "text"))
_STALE: Final = {f"{W}date": f"{W}fullDate", f"{W}dropDownList": f"{W}lastValue", f"{W}comboBox": f"{W}lastValue"}
_BOX_FONT: Final = "Segoe UI Symbol"
_BOXES: Final = {True: "☑", False: "☐"}
_INDEX: Final = re.compile(r"/[0-9]+(?=[/=}?]|$)")
_BOOKMARK: Final = "answer"
_SIGN: Final = re.compile("(?:2[1-9A-Fa-f]|[fF]0)[0-9A-Fa-f]{2}")  # boxes and ticks, those of symbol faces too


class Filling:
    """Fills the controls of a form, story by story; `places` grow with it: pointers by bookmark."""

    def __init__(self, package: Package, proposal: Proposal, values: Values) -> None:
        self.places: dict[str, str] = {}
        self._package = package
        self._proposal = proposal
        self._values = values
        self._placeholders = placeholder_styles(package.part("styles"))
        self._story = package.main
        roots = package.roots.values()
        self._pictures = count(
            1 + max((_number(one, "id") for root in roots for one in root.iter(f"{_WP}docPr")), default=0)
        )
        marks = [one for root in roots for one in root.iter(f"{W}bookmarkStart")]
        self._bookmarks = count(1 + max((_number(one, f"{W}id") for one in marks), default=0))
        taken = {one.get(f"{W}name") for one in marks}
        self._names = (name for at in count(1) if (name := f"{_BOOKMARK}{at}") not in taken)

    def fill(self, name: str, root: Element) -> None:
        """Fill the controls of the part `name`, whose rows have grown."""
        self._story = name
        for control in list(root.iter(f"{W}sdt")):
            for binding in list(control.iterfind(f"{W}sdtPr/*")):
                if binding.tag in _BINDINGS:
                    _remove(binding)  # Word would put what it is bound to in place of the answer
            tag = read(self._proposal.call, tag_of(control)) if tag_of(control) else None
            if tag is not None and not any(tag_of(inner) for inner in control.iterdescendants(f"{W}sdt")):
                self._fill(control, tag)

    def number(self) -> None:
        """Give controls that came from one another ids of their own, and let no tag be longer than Word takes."""
        taken: set[str] = set()
        controls = [one for root in self._package.roots.values() for one in root.iter(f"{W}sdt")]
        told = [one.find(f"{W}sdtPr/{W}id") for one in controls]
        numbers = count(1 + max((abs(_number(one, f"{W}val")) for one in told if one is not None), default=0))
        for one in told:
            if one is None:
                continue
            if (one.get(f"{W}val") or "") in taken:
                one.set(f"{W}val", str(next(numbers)))
            taken.add(one.get(f"{W}val") or "")
        for one in controls:
            tag = one.find(f"{W}sdtPr/{W}tag")
            text = (tag.get(f"{W}val") or "") if tag is not None else ""
            if tag is not None and len(text) > MOST_TAG:
                tag.set(f"{W}val", _INDEX.sub("/*", text)[:MOST_TAG])

    def _fill(self, control: Element, tag: Tag) -> None:
        for row in control.iterancestors(f"{W}tr"):
            for height in row.iterfind(f"{W}trPr/{W}trHeight"):
                if height.get(f"{W}hRule") == "exact":
                    height.set(f"{W}hRule", "atLeast")  # a fixed height would cut the answer off
        if tag.kind == "mark" or self._is_box(control, tag):
            self._tick(control, tag)
            return
        blocks = self._values.blocks(tag)
        content = control.find(f"{W}sdtContent")
        if content is None:
            return
        self._settle(control, blocks)
        first = next((str(child.tag) for child in content), "")
        if first == f"{W}tc":
            self._fill_cell(control, content, blocks, tag)
        elif first in (f"{W}p", f"{W}tbl") or (not first and not _in_line(control)):
            self._fill_block(control, content, blocks, tag)
        elif _in_line(control):
            self._fill_line(control, content, blocks, tag)

    def _settle(self, control: Element, blocks: Sequence[Block]) -> None:
        """Let the control no longer show a placeholder, nor hold itself for a date or a choice when it is more.

        It is no longer one for plain text either: LibreOffice 7.4 doubles what stands in such a one when it saves.
        """
        plain = len(blocks) == 1 and isinstance(blocks[0], Paragraph) and len(blocks[0].runs) <= 1
        for told in list(control.iterfind(f"{W}sdtPr/*")):
            if told.tag in _NO_MORE or (told.tag in _ONE_LINE and not plain):
                _remove(told)
            elif told.tag in _STALE:
                told.attrib.pop(_STALE[str(told.tag)], None)

    def _setter(self, control: Element, look: Look) -> Setter:
        return Setter(look, control, self._add_picture, lambda: next(self._pictures))

    def _add_picture(self, sha256: str) -> str:
        return self._package.add_picture(self._story, sha256, self._proposal.media[sha256])

    # --- the three kinds of controls ----------------------------------------------------------------------------

    def _fill_block(self, control: Element, content: Element, blocks: Sequence[Block], tag: Tag) -> None:
        paragraph = next(content.iter(f"{W}p"), None)
        made = self._setter(control, look_of(control, paragraph, self._placeholders)).set(blocks)
        self._put(control, paragraph, made, control, tag)

    def _fill_cell(self, control: Element, content: Element, blocks: Sequence[Block], tag: Tag) -> None:
        cell = content[0]
        paragraph = next(cell.iter(f"{W}p"), None)
        made = self._setter(control, look_of(control, paragraph, self._placeholders)).set(blocks)
        above = control.getparent()
        if above is not None:
            at = above.index(control)
            above[at : at + 1] = list(content)
        for child in [child for child in cell if child.tag != f"{W}tcPr"]:
            cell.remove(child)
        cell.append(fragment("<w:p/>")[0])
        self._put(cell[-1], paragraph, made, control, tag)

    def _fill_line(self, control: Element, content: Element, blocks: Sequence[Block], tag: Tag) -> None:
        paragraph = next(control.iterancestors(f"{W}p"))
        setter = self._setter(control, look_of(control, paragraph, self._placeholders))
        first = blocks[0]
        if len(blocks) == 1 and isinstance(first, Paragraph):
            content[:] = setter.runs(first.runs)
            self._begin(content, tag)
        elif _is_alone(control, paragraph):
            self._put(paragraph, paragraph, setter.set(blocks), control, tag)
        else:
            # The first paragraph stands in its line, what follows beneath the line.
            content[:] = setter.runs(first.runs if isinstance(first, Paragraph) else ())
            self._begin(content, tag)
            rest = setter.set(blocks[1:] if isinstance(first, Paragraph) else blocks)
            _keep_section(paragraph.find(f"{W}pPr/{W}sectPr"), rest)
            for element in reversed(rest):
                _wrap(element, control)
                paragraph.addnext(element)

    def _put(
        self, place: Element, paragraph: Element | None, made: Sequence[Element], control: Element, tag: Tag
    ) -> None:
        """Put paragraphs and tables in place of `place`, each line in a control of its own like `control`.

        LibreOffice 7.4 doubles the text of controls around whole paragraphs and cells when it saves; inside lines it
        keeps them as they are.
        """
        _keep_section(paragraph.find(f"{W}pPr/{W}sectPr") if paragraph is not None else None, made)
        above = place.getparent()
        if above is None:
            return
        at = above.index(place)
        above[at : at + 1] = made
        for element in made:
            _wrap(element, control)
        self._begin(made[0], tag)

    def _begin(self, place: Element, tag: Tag) -> None:
        """Put a bookmark where an answer begins: whatever program saves the file next, that is still told."""
        if self._story != self._package.main or not tag.pointer:
            return
        number, name = next(self._bookmarks), next(self._names)
        self.places[name] = tag.pointer
        marks = fragment(docx_xml.bookmark(number, name, ""))
        holder = place if place.tag != f"{W}tbl" else next(place.iter(f"{W}p"))
        at = 1 if len(holder) and holder[0].tag == f"{W}pPr" else 0
        holder[at:at] = marks

    # --- boxes ------------------------------------------------------------------------------------------------------

    def _is_box(self, control: Element, tag: Tag) -> bool:
        asked = self._proposal.call.form.control(tag.pointer) if tag.kind == "answer" else None
        return asked is not None and asked.kind == "yes_no" and control.find(f"{W}sdtPr/{W14}checkbox") is not None

    def _tick(self, control: Element, tag: Tag) -> None:
        ticked = self._values.ticked(tag if tag.kind == "mark" else Tag("mark", tag.pointer, "true"))
        font, sign = _BOX_FONT, _BOXES[ticked]
        box = control.find(f"{W}sdtPr/{W14}checkbox")
        if box is not None:
            font, sign = _check(box, font, sign, ticked=ticked)
        self._settle(control, ())
        content = control.find(f"{W}sdtContent")
        if content is None:
            return
        paragraph = next(content.iter(f"{W}p"), None)
        look = look_of(control, paragraph, self._placeholders)
        face = docx_xml.quoted(font)
        fonts = f'<w:rFonts w:ascii={face} w:hAnsi={face} w:eastAsia={face} w:hint="eastAsia"/>'
        run = look.dressed(fragment(f"<w:r><w:rPr>{fonts}</w:rPr><w:t>{sign}</w:t></w:r>"))
        if paragraph is None:
            content[:] = run
            return
        for child in [child for child in paragraph if child.tag != f"{W}pPr"]:
            paragraph.remove(child)
        paragraph.extend(run)


def _check(box: Element, font: str, sign: str, *, ticked: bool) -> tuple[str, str]:
    """Check the box of Word's own kind and return the face and the sign that the form wants for it."""
    checked = box.find(f"{W14}checked")
    if checked is None:
        checked = box.makeelement(f"{W14}checked")
        box.insert(0, checked)
    checked.set(f"{W14}val", "1" if ticked else "0")
    state = box.find(f"{W14}{'checkedState' if ticked else 'uncheckedState'}")
    told = (state.get(f"{W14}val") or "") if state is not None else ""
    if state is None or not _SIGN.fullmatch(told):
        return font, sign
    return state.get(f"{W14}font") or font, chr(int(told, 16))


def _number(element: Element, name: str) -> int:
    told = (element.get(name) or "").lstrip("-")
    return int(told) if told.isascii() and told.isdigit() else 0


def _remove(element: Element) -> None:
    above = element.getparent()
    if above is not None:
        above.remove(element)


def _in_line(control: Element) -> bool:
    return next(control.iterancestors(f"{W}p", f"{W}tc", f"{W}txbxContent"), control).tag == f"{W}p"


def _is_alone(control: Element, paragraph: Element) -> bool:
    """Tell whether nothing else that shows stands in the paragraph of a control."""
    if control.getparent() is not paragraph:
        return False
    silent = (f"{W}pPr", f"{W}bookmarkStart", f"{W}bookmarkEnd", f"{W}proofErr")
    others = [child for child in paragraph if child is not control and child.tag not in silent]
    return not any(one.tag != f"{W}r" or any(inner.tag != f"{W}rPr" for inner in one) for one in others)


def _wrap(element: Element, control: Element) -> None:
    """Put the text of paragraphs, of those in cells too, into controls like `control`, which tell whose text it is.

    A formula stands between two of them; nothing stays as it is.
    """
    properties = control.find(f"{W}sdtPr")
    if properties is None:
        return
    for paragraph in element.iter(f"{W}p"):
        for runs in _stretches(paragraph):
            made = fragment("<w:sdt><w:sdtContent/></w:sdt>")[0]
            made.insert(0, deepcopy(properties))
            runs[0].addprevious(made)
            made[-1].extend(runs)


def _stretches(paragraph: Element) -> Iterator[list[Element]]:
    """Yield the runs of a paragraph that stand together."""
    for is_run, found in groupby(list(paragraph), lambda child: child.tag == f"{W}r"):
        if is_run:
            yield list(found)


def _keep_section(section: Element | None, made: Sequence[Element]) -> None:
    """Let a section that ended in the paragraph of a place end in the last one of its answer."""
    if section is None or not made:
        return
    last = made[-1]
    properties = last.find(f"{W}pPr")
    if properties is None:
        properties = fragment("<w:pPr/>")[0]
        last.insert(0, properties)
    properties.append(section)
