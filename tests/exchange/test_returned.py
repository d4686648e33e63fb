"""A document that comes back by mail gives its data, and says where its text is not what they print."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, package, returned
from kjxm_desktop.export import embedded, files, official_form, printed, printed_text
from kjxm_desktop.export.compose import compose
from tests.exchange import mailed
from tests.exchange.mailed import (
    CALLS,
    W,
    docx,
    docx_of,
    edited,
    element,
    paragraph,
    proposal,
    read,
    replaced,
    resaved,
    run,
    shelf,
    simple,
    told,
)
from tests.export import hostile as hostile_answers
from tests.export.conftest import NOW
from tests.export.filled import proposal as filled

ASCII = "".join(map(chr, range(33, 127)))
FIRST, SECOND, THIRD = "第一段讲需求。", "第二段讲做法。", "第三段讲成果。"


# --- as it was sent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["empty", "filled", "other call", "consulting"])
def test_a_docx_gives_back_its_data_and_says_that_nothing_was_edited(name: str):
    found = read(docx(name))
    assert found.proposal.data == proposal(name).data
    assert (found.kind, found.differences, found.is_edited, found.sections) == ("docx", (), False, [])
    assert found.check_code == embedded.check_code(proposal(name))


def test_it_is_the_same_draft_of_the_same_call_with_its_pictures():
    found = read(docx("filled")).proposal
    made = proposal("filled")
    assert (found.doc_id, found.revision) == (made.doc_id, made.revision)
    assert found.call.sha256 == made.call.sha256
    assert found.media
    assert all(made.media[sha256] == content for sha256, content in found.media.items())


def test_a_hostile_proposal_comes_back_whole():
    made = hostile_answers.proposal()
    found = read(docx_of(made))
    assert (found.proposal.data, found.differences) == (made.data, ())


@pytest.mark.parametrize("name", ["filled", "other call"])
def test_a_docx_saved_by_libreoffice_gives_the_same_data_and_text(name: str, tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(docx(name))
    found = read(resaved(tmp_path / "a.docx", tmp_path))
    assert (found.proposal.data, found.differences) == (proposal(name).data, ())


def test_the_files_of_an_export_tell_the_same_state():
    made = proposal("other call")
    both = files.make(made, now=NOW, draft=True, formats=("docx", "pdf"), fonts_folder=paths.fonts())
    one, other = (returned.read(both.files[kind], shelf(), f"a.{kind}") for kind in ("docx", "pdf"))
    assert one.proposal.data == other.proposal.data == made.data
    assert one.check_code == other.check_code == both.check_code
    assert (one.kind, other.kind) == ("docx", "pdf")
    assert not one.is_edited
    assert not other.is_edited


def test_what_is_compared_does_not_hang_on_the_time_of_reading_or_the_name():
    assert returned.read(docx("filled"), shelf()).differences == ()
    assert returned.read(docx("filled"), shelf(), "x" * 300).differences == ()


# --- edited ---------------------------------------------------------------------------------------------------------


def test_what_looks_like_an_escape_is_the_same_text_after_a_save_by_libreoffice(tmp_path: Path):
    made = Proposal(proposal("empty").call, {"project": {"title": "读_x0041_与_x4E2D__x0009_和_x005F_"}})
    (tmp_path / "a.docx").write_bytes(docx_of(made))
    found = read(resaved(tmp_path / "a.docx", tmp_path))
    assert (found.proposal.data, found.differences) == (made.data, ())


def test_only_what_looks_like_an_escape_is_taken_for_one():
    assert printed.unescaped("读_x005F_x0041_、_x005F_X0041_") == "读_x0041_、_X0041_"
    assert printed.unescaped("_x005F_ _x00_ _x005F_x00G1_ _x0041_") == "_x005F_ _x00_ _x005F_x00G1_ _x0041_"


def test_one_character_changed_after_a_save_by_libreoffice_is_told_with_both_versions(tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(docx_of(simple(FIRST, SECOND, THIRD)))
    changed = SECOND.replace("做", "作")
    data = edited(resaved(tmp_path / "a.docx", tmp_path), lambda root: _set(paragraph(root, SECOND), changed))
    assert told(data) == [{"section": "summary", "pointer": "/summary/text/1", "data": SECOND, "printed": changed}]
    assert read(data).sections == ["summary"]


def _set(one: etree._Element, text: str) -> None:
    """Let a paragraph read `text`, as one run."""
    for node in one.findall(f"{W}r"):
        one.remove(node)
    one.append(element(run(text)))


def test_every_sign_of_ascii_that_is_taken_away_is_missed():
    sentences = [f"第{at}句有{sign}一个。" for at, sign in enumerate(ASCII)]

    def take_away(root: etree._Element) -> None:
        for at, sentence in enumerate(sentences):
            _set_text(paragraph(root, sentence), f"第{at}句有一个。")

    assert told(edited(docx_of(simple(*sentences)), take_away)) == [
        {"section": "summary", "pointer": f"/summary/text/{at}", "data": sentence, "printed": f"第{at}句有一个。"}
        for at, sentence in enumerate(sentences)
    ]


def _set_text(one: etree._Element, text: str) -> None:
    first, *others = one.iter(f"{W}t")
    first.text = text
    for node in others:
        node.text = ""


def test_a_cell_of_a_table_is_told_by_its_answer():
    data = replaced(docx_of(simple(FIRST)), "提供场地", "提供场地和水电")
    assert told(data) == [
        {"section": "people", "pointer": "/people/partners/0/role", "data": "提供场地", "printed": "提供场地和水电"}
    ]


def test_a_number_in_a_cell_is_told_though_the_two_have_nothing_in_common():
    made = simple(FIRST)
    made.set("/budget/lines", [{"id": "b1", "category": "business", "source": "own", "amount": "12.5", "item": "运费"}])
    data = edited(docx_of(made), lambda root: _set_text(_cell_after(root, "运费"), "3"))
    assert [(one["data"], one["printed"]) for one in told(data)] == [("12.50", "3")]


def _cell_after(root: etree._Element, text: str) -> etree._Element:
    row = next(row for row in root.iter(f"{W}tr") if text in [mailed.text_of(cell) for cell in row.iter(f"{W}tc")])
    return next(cell for cell in row.iter(f"{W}tc") if mailed.text_of(cell) == "12.50")


def test_a_paragraph_that_was_put_in_belongs_to_the_long_text_it_stands_in():
    new = "另起一段补充说明。"
    data = edited(docx_of(simple(FIRST, SECOND)), lambda root: paragraph(root, FIRST).addnext(element(_p(new))))
    assert told(data) == [{"section": "summary", "pointer": "/summary/text", "data": "", "printed": new}]
    assert read(data).differences[0].behind == "/summary/text/0"


def _p(text: str) -> str:
    return f"<w:p>{run(text)}</w:p>"


def test_a_paragraph_that_was_taken_out_is_told_with_nothing_beside_it():
    data = edited(docx_of(simple(FIRST, SECOND, THIRD)), lambda root: _remove(paragraph(root, SECOND)))
    assert told(data) == [{"section": "summary", "pointer": "/summary/text/1", "data": SECOND, "printed": ""}]


def _remove(one: etree._Element) -> None:
    above = one.getparent()
    assert above is not None
    above.remove(one)


def test_a_paragraph_that_was_moved_is_gone_at_one_place_and_new_at_the_other():
    def move(root: etree._Element) -> None:
        paragraph(root, THIRD).addnext(paragraph(root, FIRST))

    found = told(edited(docx_of(simple(FIRST, SECOND, THIRD)), move))
    assert [(one["data"], one["printed"]) for one in found] == [(FIRST, ""), ("", FIRST)]
    assert {one["section"] for one in found} == {"summary"}


def test_tracked_changes_count_as_accepted():
    def track(root: etree._Element) -> None:
        one = paragraph(root, SECOND)
        for node in one.findall(f"{W}r"):
            gone = etree.SubElement(one, f"{W}del")
            gone.append(node)
            for text in node.iter(f"{W}t"):
                text.tag = f"{W}delText"
        one.append(element(f"<w:ins>{run('第二段改写了。')}</w:ins>"))

    found = told(edited(docx_of(simple(FIRST, SECOND)), track))
    assert [(one["data"], one["printed"]) for one in found] == [(SECOND, "第二段改写了。")]


def test_text_that_was_hidden_is_gone():
    def hide(root: etree._Element) -> None:
        for node in paragraph(root, SECOND).iter(f"{W}r"):
            node.insert(0, element("<w:rPr><w:vanish/></w:rPr>"))

    found = told(edited(docx_of(simple(FIRST, SECOND)), hide))
    assert [(one["data"], one["printed"]) for one in found] == [(SECOND, "")]


def test_what_was_hidden_once_and_is_not_now_is_text():
    def change(root: etree._Element) -> None:
        for node in paragraph(root, SECOND).iter(f"{W}r"):
            node.insert(0, element("<w:rPr><w:rPrChange w:id='9'><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr>"))

    assert told(edited(docx_of(simple(FIRST, SECOND)), change)) == []


def test_a_footnote_and_a_sign_of_a_symbol_font_are_seen():
    for markup in ("<w:footnoteReference w:id='1'/>", "<w:sym w:font='Wingdings' w:char='F0FE'/>"):

        def add(root: etree._Element, markup: str = markup) -> None:
            paragraph(root, SECOND).append(element(f"<w:r>{markup}</w:r>"))

        assert [one["data"] for one in told(edited(docx_of(simple(FIRST, SECOND)), add))] == [SECOND]


def test_a_bookmark_that_stands_in_front_of_its_heading_begins_the_section():
    def move(root: etree._Element) -> None:
        for mark in [one for one in root.iter(f"{W}bookmarkStart") if _is_top(one)]:
            holder = mark.getparent()
            assert holder is not None
            holder.addprevious(mark)

    data = edited(docx("filled"), move)
    assert told(data) == []
    shell = incoming.read(data, "a.docx")
    assert isinstance(shell, incoming.WordFile)
    anchors = [one for one in printed.anchors_of(mailed.document_of(proposal("filled"))) if one]
    found = printed_text.paragraphs(shell.document, anchors, "a.docx")
    assert list(dict.fromkeys(one.anchor for one in found)) == ["", *anchors]


def test_text_in_a_new_text_box_is_found():
    box = f"<w:r><w:pict><w:txbxContent>{_p('框里的话')}</w:txbxContent></w:pict></w:r>"
    data = edited(docx_of(simple(FIRST)), lambda root: paragraph(root, FIRST).append(element(box)))
    assert [(one["data"], one["printed"]) for one in told(data)] == [("", "框里的话")]


def test_a_section_that_was_deleted_with_its_heading_is_told_and_no_other():
    def delete(root: etree._Element) -> None:
        body = root[0]
        marks = {one.get(f"{W}name"): one for one in body.iter(f"{W}bookmarkStart")}
        tops = [mark.getparent() for mark in marks.values() if _is_top(mark)]
        starts = [at for at, one in enumerate(body) if one in tops]
        at = next(start for start in starts if mailed.text_of(body[start]).endswith("项目摘要"))
        end = min(start for start in starts if start > at)
        for one in list(body)[at:end]:
            body.remove(one)

    found = read(edited(docx_of(simple(FIRST, SECOND)), delete))
    assert found.sections == ["summary"]
    assert [one.printed for one in found.differences] == ["", "", ""]
    assert [one.data for one in found.differences][1:] == [FIRST, SECOND]


def _is_top(mark: etree._Element) -> bool:
    holder = mark.getparent()
    style = holder.find(f"{W}pPr/{W}pStyle") if holder is not None else None
    return style is not None and style.get(f"{W}val") == "Heading1"


def test_words_of_the_layout_are_told_without_an_answer():
    found = told(replaced(docx_of(simple(FIRST)), "项 目 建 议 书", "项 目 申 请 书"))
    assert [(one["section"], one["pointer"]) for one in found] == [("", "")]


def test_what_another_version_lays_out_otherwise_is_no_edit(monkeypatch: pytest.MonkeyPatch):
    data = replaced(docx_of(simple(FIRST, SECOND)), SECOND, "改了。")
    as_today = printed.pieces_of

    def as_later(*told) -> list[printed.Piece]:
        return [replace(one, text=f"{one.text}（新）") if not one.pointer else one for one in as_today(*told)]

    monkeypatch.setattr(printed, "pieces_of", as_later)
    found = [(one["pointer"], one["printed"]) for one in told(data)]
    assert ("/summary/text/1", "改了。") in found
    assert {one.section for one in read(data).differences} == {"summary"}


def test_white_space_and_runs_are_no_text():
    def cut(root: etree._Element) -> None:
        _set(paragraph(root, FIRST), FIRST[:3])
        paragraph(root, FIRST[:3]).append(element(f"<w:r><w:tab/><w:t> \u3000{FIRST[3:]} </w:t></w:r>"))

    assert told(edited(docx_of(simple(FIRST)), cut)) == []


def test_what_fields_show_and_the_numbers_of_captions_are_not_compared():
    def change(root: etree._Element) -> None:
        results = [node for node in root.iter(f"{W}t") if (node.text or "").isdigit() and _is_result(node)]
        assert len(results) > 10
        for node in results:
            node.text = "77"

    assert told(edited(docx("filled"), change)) == []


def _is_result(node: etree._Element) -> bool:
    holder = node.getparent()
    before = holder.getprevious() if holder is not None else None
    return before is not None and before.find(f"{W}fldChar") is not None


def test_an_official_form_is_compared_by_its_answers(tmp_path: Path):
    made = filled(shelf_with_form().get("bridge-watch-2027"))
    sizes = files.picture_sizes(made.media)
    document = compose(made.call, made.data, sizes, now=NOW, draft=False, check_code=embedded.check_code(made))
    form = official_form.fill(made, document, sizes)
    data = form.packed(files.parcel_of(made, document, form))
    assert returned.read(data, shelf_with_form()).differences == ()
    pointer, answer = next(
        (pointer, str(made.get(pointer))) for pointer in form.places.values() if made.get(pointer + "/0") is None
        and isinstance(made.get(pointer), str) and str(made.get(pointer)).startswith("行")
    )  # fmt: skip
    found = returned.read(edited(data, lambda root: _reword(root, answer, answer + "改")), shelf_with_form())
    assert [(one.pointer, one.printed.endswith(answer + "改")) for one in found.differences] == [(pointer, True)]
    (tmp_path / "a.docx").write_bytes(data)
    again = returned.read(resaved(tmp_path / "a.docx", tmp_path), shelf_with_form())
    assert (again.proposal.data, again.differences) == (made.data, ())


def shelf_with_form() -> Shelf:
    return Shelf(paths.schemas(), [CALLS])


def _reword(root: etree._Element, old: str, new: str) -> None:
    node = next(node for node in root.iter(f"{W}t") if node.text == old)
    node.text = new


# --- attached files -------------------------------------------------------------------------------------------------


def test_attached_files_are_named_and_have_to_be_added_again(tmp_path: Path):
    found = read(docx("filled"))
    made = proposal("filled")
    absent = [pointer for pointer, _ in found.absent]
    assert absent == ["/attachments/files/0/media", "/attachments/files/1/media"]
    assert [name for _, name in found.absent] == [made.get(f"/attachments/files/{at}/name") for at in (0, 1)]
    assert all(found.proposal.get(pointer) == made.get(pointer) for pointer in absent)
    with pytest.raises(KjxmError, match=r"export\.attachment_apart"):
        package._attachments(found.proposal, [])


def test_what_came_back_can_be_saved_and_opened_as_a_draft_and_completed(tmp_path: Path):
    found = read(docx("filled")).proposal
    storage.write(tmp_path / "a.kjxm", found, program="test")
    again = storage.read(tmp_path / "a.kjxm", shelf()).proposal
    assert (again.data, again.apart) == (found.data, found.apart)
    whole = proposal("filled")
    for sha256 in found.apart:
        again.add_media(whole.media[sha256])
    storage.write(tmp_path / "a.kjxm", again, program="test")
    assert storage.read(tmp_path / "a.kjxm", shelf()).proposal.apart == frozenset()


def test_what_came_back_lives_through_its_working_copy(tmp_path: Path):
    found = read(docx("filled")).proposal
    copy = WorkingCopy(tmp_path, found.doc_id)
    copy.save(found, path=None, base_sha256=None, saved_at=NOW)
    again = copy.load(shelf())
    assert again is not None
    assert (again.proposal.data, again.proposal.apart) == (found.data, found.apart)


def test_a_picture_may_never_be_missing():
    made = proposal("filled")
    sent = Proposal(made.call, made.data)
    sent.apart = frozenset(made.media)
    with pytest.raises(KjxmError, match=r"draft\.media"):
        storage.unpacked(storage.packed(sent, "test"), "a", shelf())


def test_a_second_export_of_what_came_back_carries_the_same_data():
    found = read(docx("filled")).proposal
    assert mailed.parcel_of(found).draft == mailed.parcel_of(proposal("filled")).draft
