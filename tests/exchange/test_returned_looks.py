"""What is compared of a document that came back beside its words: marks, contents, check codes, the pages of a PDF."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from kjxm_desktop import paths, returned_words, strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import adoption, returned
from kjxm_desktop.exchange.returned import Returned
from kjxm_desktop.export import embedded, files
from tests.exchange import mailed
from tests.exchange.mailed import (
    W,
    docx,
    docx_of,
    edited,
    element,
    item_with,
    packed,
    paragraph,
    parts,
    proposal,
    read,
    resaved,
    run,
    shelf,
    told,
    with_part,
)
from tests.export.conftest import NOW


def with_marks() -> Proposal:
    made = mailed.simple("前一段。")
    runs: list[Json] = [
        {"text": "每年少排 CO"}, {"text": "2", "sub": True}, {"text": " 共 10"}, {"text": "3", "sup": True},
        {"text": " 吨，其中"}, {"text": "一半", "bold": True}, {"text": "来自秸秆。", "italic": True},
    ]  # fmt: skip
    made.set("/summary/text", [{"type": "paragraph", "runs": runs}])
    return made


@cache
def marked_docx() -> bytes:
    return docx_of(with_marks())


# --- marks ----------------------------------------------------------------------------------------------------------


def unmarked(name: str) -> Callable[[etree._Element], None]:
    def edit(root: etree._Element) -> None:
        found = list(paragraph(root, "每年少排").iter(f"{W}{name}"))
        assert found
        for one in found:
            holder = one.getparent()
            assert holder is not None
            holder.remove(one)

    return edit


SHOWN = "每年少排 CO〔下标：2〕 共 10〔上标：3〕 吨，其中〔粗体：一半〕来自秸秆。"


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("vertAlign", "每年少排 CO2 共 103 吨，其中〔粗体：一半〕来自秸秆。"),
        ("b", "每年少排 CO〔下标：2〕 共 10〔上标：3〕 吨，其中一半来自秸秆。"),
    ],
)
def test_marks_that_were_taken_away_are_told_with_both_versions_in_words(name: str, printed: str):
    found = told(edited(marked_docx(), unmarked(name)))
    assert found == [{"section": "summary", "pointer": "/summary/text/0", "data": SHOWN, "printed": printed}]


def test_a_text_that_was_struck_out_is_told_though_its_words_stand_there():
    def strike(root: etree._Element) -> None:
        for one in paragraph(root, "每年少排").iter(f"{W}r"):
            if mailed.text_of(one) == "来自秸秆。":
                one[0].append(element("<w:strike/>"))

    (found,) = told(edited(marked_docx(), strike))
    assert found["printed"] == SHOWN.replace("来自秸秆。", "〔删除线：来自秸秆。〕")


def test_a_mark_that_moved_to_a_like_letter_is_told():
    def move(root: etree._Element) -> None:
        one = paragraph(root, "甲22")
        for node in one.findall(f"{W}r"):
            one.remove(node)
        low = '<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2</w:t></w:r>'
        for markup in (run("甲2"), low, run("乙2丙")):
            one.append(element(markup))

    made = mailed.simple("无")
    runs: list[Json] = [{"text": "甲"}, {"text": "2", "sub": True}, {"text": "2乙2丙"}]
    made.set("/summary/text", [{"type": "paragraph", "runs": runs}])
    (found,) = told(edited(docx_of(made), move))
    assert (found["data"], found["printed"]) == ("甲〔下标：2〕2乙2丙", "甲2〔下标：2〕乙2丙")


def test_words_and_marks_that_changed_together_are_one_difference():
    def edit(root: etree._Element) -> None:
        unmarked("vertAlign")(root)
        node = next(one for one in root.iter(f"{W}t") if one.text == "来自秸秆。")
        node.text = "来自牛粪。"

    (found,) = read(edited(marked_docx(), edit)).differences
    assert found.kind == "text"
    assert returned_words.versions(found) == (
        SHOWN, "每年少排 CO2 共 103 吨，其中〔粗体：一半〕来自牛粪。"
    )  # fmt: skip


def test_runs_cut_anew_and_marks_of_white_space_are_no_edit():
    def cut(root: etree._Element) -> None:
        one = next(one for one in root.iter(f"{W}r") if mailed.text_of(one) == "一半")
        space = '<w:rPr><w:b/><w:i w:val="0"/></w:rPr><w:t xml:space="preserve">'
        one.addnext(element(f"<w:r>{space}半\u3000</w:t></w:r>"))
        next(one.iter(f"{W}t")).text = "一"

    assert told(edited(marked_docx(), cut)) == []


def test_marks_live_through_a_save_by_libreoffice(tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(marked_docx())
    assert told(resaved(tmp_path / "a.docx", tmp_path)) == []


def test_a_document_of_an_earlier_version_has_no_marks_to_compare():
    data = item_with(marked_docx(), ' marks_sha256="[0-9a-f]+"', "")
    assert told(edited(data, unmarked("vertAlign"))) == []


def test_marks_can_be_taken_over_where_long_text_knows_them():
    found = read(edited(marked_docx(), unmarked("vertAlign")))
    answers = adoption.adopt(found.proposal, found.differences)
    assert answers == {
        "/summary/text": [
            {
                "type": "paragraph",
                "runs": [
                    {"text": "每年少排 CO2 共 103 吨，其中"},
                    {"text": "一半", "bold": True},
                    {"text": "来自秸秆。", "italic": True},
                ],
            }
        ]
    }


def test_what_was_struck_out_is_left_to_the_person():
    def strike(root: etree._Element) -> None:
        for one in paragraph(root, "前一段").iter(f"{W}r"):
            one.insert(0, element("<w:rPr><w:strike/></w:rPr>"))

    found = read(edited(docx_of(mailed.simple("前一段。")), strike))
    assert [returned_words.versions(one) for one in found.differences] == [("前一段。", "〔删除线：前一段。〕")]
    assert not adoption.can_adopt(found.proposal, found.differences[0])


def test_marks_in_a_plain_answer_are_told_and_cannot_be_taken_over():
    def raise_all(root: etree._Element) -> None:
        for node in [node for node in root.iter(f"{W}t") if node.text == "提供场地"]:
            holder = node.getparent()
            assert holder is not None
            holder.insert(0, element('<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'))

    found = read(edited(docx_of(mailed.simple("一段。")), raise_all))
    assert [(one.pointer, one.kind) for one in found.differences] == [("/people/partners/0/role", "marks")]
    assert not adoption.can_adopt(found.proposal, found.differences[0])


# --- contents -------------------------------------------------------------------------------------------------------


def entries(root: etree._Element) -> list[etree._Element]:
    found = []
    for one in root.iter(f"{W}p"):
        style = one.find(f"{W}pPr/{W}pStyle")
        if style is not None and str(style.get(f"{W}val")).startswith("TOC") and style.get(f"{W}val") != "TOCHeading":
            found.append(one)
    return found


def entry(root: etree._Element, title: str) -> etree._Element:
    return next(one for one in entries(root) if title in mailed.text_of(one))


def test_an_entry_of_the_contents_that_was_reworded_is_told():
    def reword(root: etree._Element) -> None:
        node = next(node for node in entry(root, "项目摘要").iter(f"{W}t") if "项目摘要" in (node.text or ""))
        node.text = (node.text or "").replace("摘要", "简介")

    found = read(edited(docx("filled"), reword))
    (only,) = found.differences
    assert (only.kind, only.section, only.pointer) == ("contents", "", "")
    assert only.printed == only.data.replace("摘要", "简介")
    assert returned_words.places(found) == ["目录"]


def test_page_numbers_of_the_contents_may_change():
    def count(root: etree._Element) -> None:
        for one in entries(root):
            *_, last = one.iter(f"{W}t")
            last.text = "99"

    assert told(edited(docx("filled"), count)) == []


def test_an_entry_that_was_taken_out_is_told():
    def take_out(root: etree._Element) -> None:
        one = entry(root, "项目摘要")
        holder = one.getparent()
        assert holder is not None
        holder.remove(one)

    (found,) = told(edited(docx("filled"), take_out))
    assert found["data"].endswith("项目摘要")
    assert found["printed"] == ""


def test_contents_counted_anew_after_a_heading_was_edited_are_one_difference():
    def rename(root: etree._Element) -> None:
        for node in [node for node in root.iter(f"{W}t") if (node.text or "").endswith("项目摘要")]:
            node.text = (node.text or "").replace("摘要", "简介")

    (found,) = read(edited(docx("filled"), rename)).differences
    assert (found.kind, found.printed) == ("text", "项目简介")


# --- check codes ----------------------------------------------------------------------------------------------------


def with_footers(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    names = [name for name in parts(data) if name.startswith("word/footer")]
    assert names
    for name in names:
        data = with_part(data, name, change)
    return data


def test_a_check_code_in_a_footer_that_is_not_that_of_the_data_is_told():
    code = embedded.check_code(proposal("filled")).encode()
    found = read(with_footers(docx("filled"), lambda footer: footer.replace(code, b"AAAA-BBBB-CCCC")))
    assert [(one.kind, one.printed) for one in found.differences] == [("code", "AAAA-BBBB-CCCC")]
    assert returned_words.plain(found.differences[0]) == {
        "section": "", "pointer": "", "data": f"校验码 {code.decode()}", "printed": "校验码 AAAA-BBBB-CCCC"
    }  # fmt: skip
    assert returned_words.places(found) == ["页眉页脚"]


def test_a_check_code_that_is_gone_from_the_footers_is_told():
    code = embedded.check_code(proposal("filled")).encode()
    found = told(with_footers(docx("filled"), lambda footer: footer.replace(code, b"")))
    assert [(one["data"], one["printed"]) for one in found] == [(f"校验码 {code.decode()}", "")]


def test_other_words_of_a_footer_are_not_compared():
    assert told(with_footers(docx("filled"), lambda footer: footer.replace("校验码".encode(), "码".encode()))) == []


def test_a_document_with_hundreds_of_headers_is_read():
    found = parts(docx("empty"))
    rels = "word/_rels/document.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"
    links = "".join(f'<Relationship Id="h{at}" Type="{kind}" Target="h{at}.xml"/>' for at in range(300))
    found[rels] = found[rels].replace(b"</Relationships>", f"{links}</Relationships>".encode())
    header = f'<w:hdr xmlns:w="{W[1:-1]}"><w:p>{run("页眉")}</w:p></w:hdr>'.encode()
    found |= {f"word/h{at}.xml": header for at in range(300)}
    assert told(packed(found)) == []


# --- the pages of a PDF ---------------------------------------------------------------------------------------------


@cache
def pdf() -> bytes:
    made = proposal("other call")
    return files.make(made, now=NOW, draft=False, formats=("pdf",), fonts_folder=paths.fonts()).files["pdf"]


def changed(change: Callable[[pikepdf.Pdf], object]) -> Returned:
    with pikepdf.open(io.BytesIO(pdf())) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out, fix_metadata_version=False, recompress_flate=True)
    return returned.read(out.getvalue(), shelf(), "a.pdf")


def test_a_pdf_as_it_was_exported_is_the_same_however_it_is_packed():
    found = changed(lambda _: None)
    assert (found.differences, found.is_compared) == ((), True)


def test_a_page_in_ascii_is_read_like_any_other():
    def spell(opened: pikepdf.Pdf) -> None:
        stream = opened.pages[1].Contents
        drawn = zlib.compress(stream.read_bytes())
        kinds = pikepdf.Array([pikepdf.Name.ASCII85Decode, pikepdf.Name.FlateDecode])
        stream.write(base64.a85encode(drawn) + b"~>", filter=kinds)

    with pikepdf.open(io.BytesIO(pdf())) as opened:
        spell(opened)
        out = io.BytesIO()
        opened.save(
            out, fix_metadata_version=False, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
        )
    assert returned.read(out.getvalue(), shelf(), "a.pdf").differences == ()


def said(found: Returned) -> list[tuple[str, str, str]]:
    return [(one.kind, *returned_words.versions(one)) for one in found.differences]


def test_pages_that_changed_places_are_told():
    def exchange(opened: pikepdf.Pdf) -> None:
        page = opened.pages[1]
        del opened.pages[1]
        opened.pages.insert(2, page)

    found = changed(exchange)
    assert said(found) in (
        [("page_moved", "PDF 第 2 页", "PDF 第 3 页")],
        [("page_moved", "PDF 第 3 页", "PDF 第 2 页")],
    )
    assert returned_words.places(found) == ["页面"]


def test_a_page_that_was_taken_out_is_told():
    def take_out(opened: pikepdf.Pdf) -> None:
        del opened.pages[1]

    assert said(changed(take_out)) == [("page_gone", "PDF 第 2 页", "")]


def test_a_page_that_was_put_in_is_told():
    assert said(changed(lambda opened: opened.add_blank_page())) == [
        ("page_new", "", f"PDF 第 {len(pikepdf.open(io.BytesIO(pdf())).pages) + 1} 页")
    ]


def test_a_page_that_was_drawn_over_is_told():
    def draw(opened: pikepdf.Pdf) -> None:
        opened.pages[1].contents_add(b"0 0 100 100 re f")

    assert said(changed(draw)) == [("page_other", "PDF 第 2 页", "PDF 第 2 页（内容不是导出时的）")]


def test_pages_are_told_apart_though_several_things_happened_to_them():
    def edit(opened: pikepdf.Pdf) -> None:
        page = opened.pages[1]
        del opened.pages[1]
        opened.pages.insert(2, page)
        opened.pages[0].contents_add(b"0 0 100 100 re f")
        del opened.pages[-1]

    found = changed(edit)
    kinds = [one.kind for one in found.differences]
    assert kinds == ["page_other", "page_moved", "page_gone"]
    assert (found.differences[0].data, found.differences[0].printed) == ("1", "1")


def test_a_pdf_that_has_lost_the_record_of_its_pages_says_so():
    def lose(opened: pikepdf.Pdf) -> None:
        del opened.Root.Metadata
        opened.pages.reverse()

    found = changed(lose)
    assert (found.differences, found.is_compared) == ((), False)


def test_the_record_is_read_as_an_attribute_too():
    def respell(opened: pikepdf.Pdf) -> None:
        xmp = opened.Root.Metadata.read_bytes().replace(b"<kjxm:page_sha256>", b'<x page_sha256="')
        opened.Root.Metadata = opened.make_stream(xmp.replace(b"</kjxm:page_sha256>", b'"/>'))
        del opened.pages[-1]

    assert [one.kind for one in changed(respell).differences] == ["page_gone"]


def test_the_words_are_told_in_english_too(monkeypatch: pytest.MonkeyPatch):
    found = changed(lambda opened: opened.pages.reverse())
    before = strings.language()
    strings.use("en")
    try:
        assert returned_words.places(found) == ["pages"]
        assert all(text.startswith("PDF page ") for one in found.differences for text in returned_words.versions(one))
    finally:
        strings.use(before)


def drawing(*streams: bytes, pages: int = 1, per_page: int = 1) -> bytes:
    """Return a PDF with a draft inside whose pages all draw the same streams, which are packed as they stand."""
    made = pikepdf.new()
    made.attachments["a.kjxm"] = pikepdf.AttachedFileSpec(made, mailed.parcel_of(proposal("empty")).draft)
    made_streams = [made.make_stream(stream, Filter=pikepdf.Name.FlateDecode) for stream in streams] * per_page
    for _ in range(pages):
        made.add_blank_page().Contents = pikepdf.Array(made_streams)
    out = io.BytesIO()
    made.save(out, fix_metadata_version=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(KjxmError) as caught:
        returned.read(data, shelf(), "a.pdf")
    return caught.value.key


def test_pages_made_to_exhaust_their_reader_are_refused():
    bomb = zlib.compress(bytes(80 * 1024 * 1024), 9)
    assert refused(drawing(bomb)) == "incoming.unfolds"
    assert refused(drawing(zlib.compress(bytes(1024 * 1024), 9), pages=100)) == "incoming.unfolds"
    assert refused(drawing(zlib.compress(b"q Q"), pages=300, per_page=300)) == "incoming.damaged"
