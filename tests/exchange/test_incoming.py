"""A DOCX or PDF that comes in is opened with care: its text as shown, its parcels as bytes, everything bounded."""

import io
import zlib
from dataclasses import dataclass

import docx
import pikepdf
import pytest

from kjxm_desktop import strings
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, word_text
from kjxm_desktop.exchange.incoming import PdfFile, WordFile, read
from tests import hostile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def rels(*links):
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    told = "".join(
        f'<Relationship Id="r{at}" Type="{LINKS}/{purpose}" Target="{target}"/>'
        for at, (purpose, target) in enumerate(links)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{told}</Relationships>'.encode()


def document(body):
    return (
        f'<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>'.encode()
    )


def word(body, **more):
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": rels(("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": rels(("styles", "styles.xml")),
        "word/document.xml": body if isinstance(body, bytes) else document(body),
    } | more
    return hostile.zipped(*parts.items())


def run(text, look=""):
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


VANISH, VANISH_NOT = '<w:vanish w:val="true"/>', '<w:vanish w:val="0"/>'
UNSEEN = "内\u200b蒙\u202e古"
BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>"
    f"{run('框')}</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent>"
    "</mc:Fallback></mc:AlternateContent><w:t>外</w:t></w:r></w:p>"
)
TABS = "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"


def read_word(data):
    found = read(data, "申报书.docx")
    assert isinstance(found, WordFile)
    return found


def read_pdf(data):
    found = read(data, "申报书.pdf")
    assert isinstance(found, PdfFile)
    return found


def told(found):
    return {remark.key: remark.params.get("count") for remark in found.told}


def refusal(data, name="申报书.docx"):
    with pytest.raises(KjxmError) as caught:
        read(data, name)
    assert caught.value.params["name"] == name
    assert name in strings.error(caught.value)
    return caught.value.key


# --- DOCX


def test_text_is_read_as_shown_and_what_was_passed_over_is_counted():
    body = (
        f"<w:p>{run('甲')}<w:ins w:id='1'>{run('插入')}</w:ins>"
        "<w:del w:id='2'><w:r><w:delText>删除</w:delText></w:r></w:del>"
        f"{run('隐藏', '<w:vanish/>')}<w:sdt><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>"
        f"<w:hyperlink>{run('链接')}</w:hyperlink></w:p>"
    )
    found = read_word(word(body))
    assert found.paragraphs == ("甲插入控件链接",)
    assert told(found) == {
        "paste.word.inserted": 1,
        "paste.word.deleted": 1,
        "paste.word.hidden": 1,
        "paste.word.controls": 1,
    }
    assert found.document == document(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<w:p>{run('a', VANISH_NOT)}{run('b', VANISH)}</w:p>", ["a"]),
        (f"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{run('a')}</w:p>", ["a"]),
        (f"<w:p>{run('a', '<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>')}</w:p>", ["a"]),
        (f"<w:p><w:moveFrom>{run('a')}</w:moveFrom><w:moveTo>{run('b')}</w:moveTo></w:p>", ["b"]),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r></w:p>", ["a b\nc-"]),
        (TABS, [""]),
        (f"<w:p>{run('a')}</w:p><w:tbl><w:tr><w:tc><w:p>{run('b')}</w:p></w:tc></w:tr></w:tbl>", ["a", "b"]),
        (BOX, ["框", "外"]),
        (f"<w:sdt><w:sdtContent><w:p><w:ins>{run('a')}</w:ins></w:p></w:sdtContent></w:sdt>", ["a"]),
        (f"<w:p>{run(UNSEEN)}</w:p>", ["内蒙古"]),
        ("<w:p/>", [""]),
    ],
)
def test_the_ways_of_word_to_tell_text(body, text):
    assert list(read_word(word(body)).paragraphs) == text


def test_styles_that_hide_text_hide_it_through_what_is_based_on_them():
    def style(name, inside):
        return f'<w:style w:styleId="{name}">{inside}</w:style>'

    hidden = "<w:rPr><w:vanish/></w:rPr>"
    styles = (
        f'<w:styles xmlns:w="{W}">'
        + style("a", hidden)
        + style("b", '<w:basedOn w:val="a"/>')
        + style("c", '<w:basedOn w:val="b"/><w:rPr><w:vanish w:val="0"/></w:rPr>')
        + style("d", '<w:basedOn w:val="e"/>')
        + style("e", '<w:basedOn w:val="d"/>')
        + "</w:styles>"
    )
    runs = "".join(run(name, f'<w:rStyle w:val="{name}"/>') for name in "abcde")
    shown = run("f", '<w:rStyle w:val="a"/><w:vanish w:val="0"/>')
    body = f"<w:p>{runs}{shown}</w:p><w:p><w:pPr><w:pStyle w:val='b'/></w:pPr>{run('x')}</w:p>"
    found = read_word(word(body, **{"word/styles.xml": styles.encode()}))
    assert found.paragraphs == ("cdef", "")
    assert told(found) == {"paste.word.hidden": 3}


def test_a_document_of_another_program_is_read():
    made = docx.Document()
    made.add_heading("题目", 1)
    made.add_paragraph("内容")
    made.add_table(1, 2).rows[0].cells[1].text = "格"
    target = io.BytesIO()
    made.save(target)
    assert read_word(target.getvalue()).paragraphs == ("题目", "内容", "", "格")


def test_what_programs_put_beside_the_document_is_handed_over_as_it_is():
    more = {
        "customXml/item2.xml": b"<data>\xe4\xba\x8c</data>",
        "customXml/itemProps2.xml": b"<p/>",
        "customXml/_rels/item2.xml.rels": b"<r/>",
        "customXml/item1.xml": LAUGHS,
        "customXml/../../x.xml": b"no",
    }
    assert read_word(word("<w:p/>", **more)).custom == (b"<data>\xe4\xba\x8c</data>", LAUGHS)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 1000 + b'">]><w:document>&b;</w:document>'


@pytest.mark.parametrize(
    ("data", "name", "key"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "incoming.doc"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.WPS", "incoming.wps"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "incoming.encrypted"),
        (OLE + "Workbook".encode("utf-16-le"), "a.xls", "incoming.kind"),
        (b"<html><body>", "a.doc", "incoming.html"),
        (b"MIME-Version: 1.0\r\n", "a.mht", "incoming.html"),
        (b"<?xml version='1.0'?><w:wordDocument>", "a.xml", "incoming.html"),
        (b"{\\rtf1 a}", "a.doc", "incoming.rtf"),
        (b"", "a.docx", "incoming.empty"),
        (b"hello", "a.docx", "incoming.kind"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "incoming.kind"),
        (hostile.zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), "a.odt", "incoming.open_document"),
        (hostile.zipped(("mimetype", b"application/vnd.kjxm.proposal")), "a.kjxm", "incoming.draft"),
        (hostile.zipped(("mimetype", b"application/epub+zip")), "a.epub", "incoming.kind"),
        (hostile.zipped(("a.txt", b"a")), "a.zip", "incoming.kind"),
        (word(b"<workbook/>"), "a.xlsx", "incoming.kind"),
        (word("<w:p/>")[:400], "a.docx", "incoming.damaged"),
        (b"PK\x03\x04", "a.docx", "incoming.damaged"),
    ],
)
def test_what_is_neither_is_told_apart_in_one_sentence(data, name, key):
    assert refusal(data, name) == key


def test_a_part_that_the_file_names_but_does_not_hold_is_no_document():
    data = hostile.zipped(("_rels/.rels", rels(("officeDocument", "word/nowhere.xml"))))
    assert refusal(data) == "incoming.kind"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (lambda: word(bytes(65 << 20)), "incoming.unfolds"),
        (lambda: word(b" " * (60 << 20)), "incoming.damaged"),
        (lambda: word(LAUGHS), "incoming.damaged"),
        (lambda: word("<w:p/>", **{"word/styles.xml": LAUGHS}), "incoming.damaged"),
        (lambda: word("<w:p/>", **{"customXml/item1.xml": bytes(65 << 20)}), "incoming.unfolds"),
        (lambda: word("<w:p/>", **{f"customXml/item{at}.xml": b"" for at in range(51)}), "incoming.unfolds"),
        (lambda: word("<w:p/>", **{f"customXml/item{at}.xml": bytes(33 << 20) for at in range(2)}), "incoming.unfolds"),
        (lambda: word("<w:p/>" * (word_text.MOST_PARAGRAPHS + 1)), "incoming.unfolds"),
        (lambda: word(f"<w:p>{run('x' * (word_text.MOST_CHARACTERS + 1))}</w:p>"), "incoming.unfolds"),
        (lambda: word("<w:p>" * 300 + "</w:p>" * 300), "incoming.damaged"),
        (hostile.many_entries, "incoming.unfolds"),
        (hostile.bomb, "incoming.kind"),
        (hostile.same_entry_again_and_again, "incoming.damaged"),
    ],
    ids=[
        "a part of 65 MB", "60 MB of spaces", "laughs", "laughs in styles", "a parcel of 65 MB", "51 parcels",
        "parcels of 66 MB", "paragraphs", "characters", "levels", "120,000 parts", "128 MB elsewhere",
        "one part 200 times",
    ],
)  # fmt: skip
def test_a_document_made_to_exhaust_is_refused(data, key):
    assert refusal(data()) == key


def test_a_part_that_nobody_reads_may_be_large():
    assert read_word(word("<w:p/>", **{"word/media/image1.bmp": bytes(100 << 20)})).paragraphs == ("",)


def test_a_file_above_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "a.docx"
    with path.open("wb") as file:
        file.truncate(incoming.incoming_bytes.LIMIT_BYTES + 1)
    assert refusal(path) == "incoming.too_big"


def test_what_cannot_be_opened_is_told(tmp_path):
    assert refusal(tmp_path) == "incoming.unreadable"
    assert refusal(tmp_path / "missing") == "incoming.unreadable"


def test_a_damaged_document_is_read_or_refused_by_name():
    whole = word(f"<w:p>{run('甲')}</w:p>")
    for at in range(0, len(whole), 2):
        try:
            read(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], "a.docx")
        except KjxmError as error:
            assert error.params["name"] == "a.docx"  # noqa: PT017 - a flipped date harms nobody


# --- PDF


def pdf(change=None, **options):
    made = pikepdf.new()
    made.add_blank_page()
    if change is not None:
        change(made)
    target = io.BytesIO()
    made.save(target, **options)
    return target.getvalue()


def attached(**files):
    def change(made):
        for name, content in files.items():
            made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)

    return change


def test_attachments_of_a_pdf_are_handed_over():
    found = read_pdf(pdf(attached(**{"proposal.json": b'{"a": 1}', "b.bin": bytes(1000)})))
    assert found.pages == 1
    assert {item.name: item.content for item in found.attachments} == {
        "proposal.json": b'{"a": 1}',
        "b.bin": bytes(1000),
    }
    assert found.told == ()


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.json", "C__Windows_a.json"),
        ("con", "_con"),
        ("a\u202egpj.json\x00", "agpj.json"),
        ("甲" * 200, "甲" * 80),
    ],
)
def test_the_name_of_an_attachment_is_for_showing_alone(declared, shown):
    (found,) = read_pdf(pdf(attached(**{declared: b"x"}))).attachments
    assert found.name == shown


def stream_of(filters, content, **more):
    def change(made):
        made.attachments["a"] = pikepdf.AttachedFileSpec(made, b"", filename="a")
        stream = made.attachments["a"].get_file().obj
        stream.write(content, filter=filters, type_check=False)
        for key, value in more.items():
            stream[f"/{key}"] = value

    return change


def test_an_attachment_is_unpacked_no_further_than_its_bound():
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(8 << 20)) for _ in range(9)) + packer.flush()
    data = pdf(
        stream_of(pikepdf.Name.FlateDecode, packed),
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    assert len(data) < 200_000
    assert refusal(data, "a.pdf") == "incoming.unfolds"


def test_attachments_are_bounded_all_together(monkeypatch):
    monkeypatch.setattr(incoming, "LIMIT_INFLATED_BYTES", 1_500)
    assert len(read_pdf(pdf(attached(a=bytes(700), b=bytes(700)))).attachments) == 2
    assert refusal(pdf(attached(a=bytes(800), b=bytes(800))), "a.pdf") == "incoming.unfolds"


def test_a_tree_of_names_that_leads_to_itself_ends():
    def change(made):
        attached(a=b"x")(made)
        tree = made.make_indirect(made.Root.Names.EmbeddedFiles)
        made.Root.Names.EmbeddedFiles = tree
        tree.Kids = pikepdf.Array([tree, tree])

    assert refusal(pdf(change), "a.pdf") == "incoming.unfolds"


def test_more_attachments_than_anybody_sends_are_refused():
    files = {f"{number}": b"" for number in range(incoming.MOST_PARCELS + 1)}
    assert refusal(pdf(attached(**files)), "a.pdf") == "incoming.unfolds"


@pytest.mark.parametrize(
    ("filters", "content"),
    [
        (pikepdf.Name.ASCIIHexDecode, b"00>"),
        (pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]), zlib.compress(zlib.compress(b"x"))),
    ],
)
def test_an_attachment_packed_in_a_way_of_its_own_is_left_where_it_is(filters, content):
    data = pdf(stream_of(filters, content), compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    found = read_pdf(data)
    assert found.attachments == ()
    assert told(found) == {"paste.pdf.attachments": 1}


def test_an_attachment_that_is_cut_is_told():
    cut = zlib.compress(b"x" * 1000)[:-8]
    data = pdf(
        stream_of(pikepdf.Name.FlateDecode, cut),
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    assert refusal(data, "a.pdf") == "incoming.damaged"


def test_scripts_and_drawn_forms_are_ignored_and_told():
    def open_action(made):
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))

    def drawn_form(made):
        made.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"), Fields=pikepdf.Array([]))

    for change in (open_action, drawn_form):
        assert [remark.key for remark in read_pdf(pdf(change)).told] == ["paste.pdf.scripts"]


def test_more_pages_than_a_proposal_has_are_refused(monkeypatch):
    monkeypatch.setattr(incoming, "MOST_PAGES", 3)
    assert read_pdf(pdf(lambda made: [made.add_blank_page() for _ in range(2)])).pages == 3
    assert refusal(pdf(lambda made: [made.add_blank_page() for _ in range(3)]), "a.pdf") == "incoming.pages"


@pytest.mark.parametrize("passwords", [{"owner": "a", "user": "b"}, {"owner": "a"}])
def test_a_pdf_with_a_password_is_refused(passwords):
    assert refusal(pdf(encryption=pikepdf.Encryption(**passwords)), "a.pdf") == "incoming.encrypted"


@dataclass(frozen=True)
class Raw:
    """A PDF by hand whose catalogue lies in a packed list of objects."""

    dictionary: bytes
    packed: bytes

    def made(self) -> bytes:
        body = b"%PDF-1.7\n"
        inner = len(body)
        body += b"5 0 obj\n<<%s/N 1/First 4/Length %d>>stream\n" % (self.dictionary, len(self.packed)) + self.packed
        body += b"\nendstream\nendobj\n"
        lines = [(0, 0, 0), (2, 5, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), (1, inner, 0), (1, len(body), 0)]
        table = b"".join(bytes([kind]) + at.to_bytes(4, "big") + bytes([last]) for kind, at, last in lines)
        end = len(body)
        body += b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table) + table
        return body + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % end


def test_a_list_of_objects_that_unfolds_without_end_is_not_unpacked(monkeypatch):
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (16 << 20)) for _ in range(8)) + packer.flush()
    data = Raw(b"/Type/ObjStm/Filter/FlateDecode", packed).made()
    assert len(data) < 200_000
    assert refusal(data, "a.pdf") == "incoming.damaged"
    assert pikepdf.settings.get_qpdf_limits()["flate_max_memory"] == incoming._UNPACKED_BYTES


@pytest.mark.parametrize("filters", [b"/LZWDecode", b"/#4cZWDecode", b"[/L#5aW]"])
def test_a_list_of_objects_in_an_old_way_of_packing_is_refused(filters):
    assert refusal(Raw(b"/Type/ObjStm/Filter" + filters, b"x" * 50).made(), "a.pdf") == "incoming.old_pdf"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_a_pdf_cut_short_is_refused(share):
    data = pdf(attached(a=b"x" * 500))
    assert refusal(data[: int(len(data) * share)], "a.pdf") == "incoming.damaged"


def test_a_damaged_pdf_is_read_or_refused_by_name():
    whole = pdf(attached(a=b"x" * 50))
    for at in range(10, len(whole), 3):
        try:
            read(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], "a.pdf")
        except KjxmError as error:
            assert error.params["name"] == "a.pdf"  # noqa: PT017 - much of a PDF may be anything


def test_every_remark_has_its_words_in_both_languages():
    keys = (
        "word.controls",
        "word.deleted",
        "word.hidden",
        "word.inserted",
        "word.invisible",
        "pdf.attachments",
        "pdf.scripts",
    )
    for language in strings.LANGUAGES:
        strings.use(language)
        assert all("{" not in strings.text(f"paste.{key}", count=1) for key in keys)
    strings.use("zh")
