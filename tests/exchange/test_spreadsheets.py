"""Tables come in as text, within bounds and with what was left out told; none that goes out computes anything."""

import io
import struct
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text, xml_stream
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import cell_values, csv_tables, spreadsheets, workbooks
from kjxm_desktop.exchange.spreadsheets import read_table
from tests import hostile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def rels(*links):
    told = "".join(
        f'<Relationship Id="{link}" Type="{LINKS}/{purpose}" Target="{target}"/>' for link, purpose, target in links
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{told}</Relationships>'.encode()


def parts(sheet, **more):
    """Return the parts of a workbook with one sheet whose XML is `sheet`."""
    told = {
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>"
        ).encode(),
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "/xl/sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet if isinstance(sheet, bytes) else worksheet(sheet),
    }
    return told | {name.replace("__", "/"): content for name, content in more.items()}


def worksheet(rows, before=""):
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'.encode()


def workbook(sheet, **more):
    return hostile.zipped(*parts(sheet, **more).items())


def cells(data, **options):
    return [list(row) for row in read_table(data, "表.xlsx", **options).rows]


def told(data):
    return {remark.key: dict(remark.params) for remark in read_table(data, "表.xlsx").told}


def new_book():
    book = openpyxl.Workbook()
    return book, book.worksheets[0]


def refusal(data, name="表.xlsx"):
    with pytest.raises(KjxmError) as caught:
        read_table(data, name)
    assert caught.value.params["name"] == name
    assert name in strings.error(caught.value)
    return caught.value.key


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# --- what a cell says


def test_a_workbook_of_another_program_is_read_as_it_is_shown():
    book, sheet = new_book()
    sheet.title = "预算"
    for row in (
        ["科目", "金额", "日期", "完成"],
        ["设备", 30.5, date(2024, 6, 20), True],
        ["010010", 0.1 + 0.2, datetime(2024, 6, 20, 8, 30), False],  # noqa: DTZ001 - a day on paper
        ["1234567890123456789", -1200000, time(9, 5), None],
        ["2026-03", 1e-7, None, "x"],
    ):
        sheet.append(row)
    found = read_table(saved(book), "预算.xlsx")
    assert (found.name, found.names, found.told) == ("预算", ("预算",), ())
    assert [list(row) for row in found.rows] == [
        ["科目", "金额", "日期", "完成"],
        ["设备", "30.5", "2024-06-20", "TRUE"],
        ["010010", "0.3", "2024-06-20 08:30", "FALSE"],
        ["1234567890123456789", "-1200000", "09:05", ""],
        ["2026-03", "0.0000001", "", "x"],
    ]


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("45463", "yyyy\\-mm\\-dd", "2024-06-20"),
        ("45463", cell_values.BUILT_IN[57], "2024-06"),
        ("45463", 'yyyy"年"m"月"', "2024-06"),
        ("45463", '[$-804]yyyy"年"m"月"d"日";@', "2024-06-20"),
        ("45463", "yyyy", "2024"),
        ("45463", 'm"月"d"日"', "2024-06-20"),
        ("45463.5", "yyyy/m/d h:mm", "2024-06-20 12:00"),
        ("45463", "yyyy/m/d h:mm", "2024-06-20"),
        ("45463.75", "yyyy/m/d", "2024-06-20"),
        ("0.5", "h:mm AM/PM", "12:00"),
        ("0.50001157", "h:mm:ss", "12:00:01"),
        ("1.5", "[h]:mm", "36:00:00"),
        ("59", "yyyy-m-d", "1900-02-28"),
        ("61", "yyyy-m-d", "1900-03-01"),
        ("2958465", "yyyy-m-d", "9999-12-31"),
        ("2958466", "yyyy-m-d", "2958466"),
        ("-1", "yyyy-m-d", "-1"),
        ("0.985", "0.0%", "98.5%"),
        ("0.07", "0%", "7%"),
        ("10010", "000000", "010010"),
        ("7", "0", "7"),
        ("1234.5", "#,##0.00", "1234.5"),
        ("1234.5", '"共"0.00"元"', "1234.5"),
        ("1.1000000000000001", "", "1.1"),
        ("19.989999999999998", "General", "19.99"),
        ("12345678", "0.00E+00", "12345678"),
        ("1E+20", "", "100000000000000000000"),
        ("1E+300", "", "1E+300"),
        ("-0", "", "0"),
        ("NaN", "", None),
        ("Infinity", "", None),
        ("1e999", "", None),
        ("x", "", None),
    ],
)
def test_a_number_says_what_its_format_shows_without_noise(raw, code, shown):
    assert cell_values.number(raw, code) == shown


def test_days_of_a_workbook_that_counts_from_1904():
    assert cell_values.number("44001", "yyyy-m-d", from_1904=True) == "2024-06-20"


def test_the_formats_that_only_the_chinese_excel_has_are_days():
    styles = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="57"/></cellXfs></styleSheet>'.encode()
    )
    assert cells(workbook('<row><c s="1"><v>45463</v></c></row>', xl__styles___xml=styles)) == [["45463"]]
    assert cells(workbook('<row><c s="1"><v>45463</v></c></row>', **{"xl/styles.xml": styles})) == [["2024-06"]]


def test_shared_and_inline_strings_come_without_the_reading_of_characters():
    shared = (
        f'<sst xmlns="{MAIN}"><si><t>不要</t></si><si><r><t>内蒙</t></r><r><t>古_x000A_</t></r>'
        "<rPh sb='0' eb='1'><t>nei</t></rPh></si></sst>"
    ).encode()
    inline = '<c t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>'
    row = f'<row><c t="s"><v>1</v></c>{inline}<c t="s"><v>9</v></c></row>'
    assert cells(workbook(row, **{"xl/sharedStrings.xml": shared})) == [["内蒙古", "甲乙"]]


def test_a_workbook_in_the_spelling_of_the_strict_standard_is_read():
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    links = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    made = parts('<row><c t="inlineStr"><is><t>甲</t></is></c></row>')
    made = {
        name: content.replace(MAIN.encode(), strict.encode()).replace(LINKS.encode(), links.encode())
        for name, content in made.items()
    }
    assert cells(hostile.zipped(*made.items())) == [["甲"]]


def test_cells_stand_where_their_addresses_say_and_the_empty_end_is_cut():
    rows = '<row r="2"><c r="C2"><v>1</v></c><c r="A2"><v>2</v></c></row><row r="4"><c r="B4"/><c><v>3</v></c></row>'
    assert cells(workbook(rows + '<row r="5"><c r="Z5" s="1"/></row>')) == [
        ["", "", ""],
        ["2", "", "1"],
        [""] * 3,
        ["", "", "3"],
    ]


# --- what is told


def test_a_formula_gives_its_saved_result_and_one_without_is_named():
    rows = (
        '<row><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>[1]Sheet1!A1</f><v>7</v></c><c r="C1"><f>NOW()</f></c>'
        '<c r="D1" t="str"><f>"a"</f><v>a</v></c><c r="E1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    outside = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><externalLink>&a;</externalLink>"
    data = workbook(rows, **{"xl/externalLinks/externalLink1.xml": outside})
    assert cells(data) == [["2", "7", "", "a", "#DIV/0!"]]
    assert told(data) == {
        "paste.table.computed": {"count": 4},
        "paste.table.uncomputed": {"count": 1, "cells": "C1"},
        "paste.table.error": {"count": 1, "cells": "E1"},
    }


def test_a_formula_that_the_spreadsheet_never_computed_is_told_for_a_file_of_another_program():
    book, sheet = new_book()
    sheet.append(["a", "=A1"])
    assert told(saved(book)) == {"paste.table.uncomputed": {"count": 1, "cells": "B1"}}


def test_numbers_whose_last_digits_are_lost_are_named():
    data = workbook("<row><c><v>1.5015219900101E+17</v></c><c><v>999999999999999</v></c></row>")
    assert told(data) == {"paste.table.digits": {"count": 1, "cells": "A1"}}


def test_hidden_rows_and_columns_are_left_out_and_told():
    rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row hidden="1"><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    data = workbook(worksheet(rows, '<cols><col min="2" max="2" hidden="1"/></cols>'))
    assert cells(data) == [["1"], ["4"]]
    assert told(data) == {"paste.table.hidden_rows": {"count": 1}, "paste.table.hidden_columns": {"count": 1}}


def test_invisible_characters_are_left_out_and_told():
    data = workbook('<row><c t="str"><v>内\u200b蒙\u202e古</v></c></row>')
    assert cells(data) == [["内蒙古"]]
    assert told(data) == {"paste.table.invisible": {"count": 2}}


def test_rows_and_columns_beyond_the_caps_are_told():
    wide = "<c><v>1</v></c>" * 53
    data = workbook(f"<row>{wide}</row>" + "<row><c><v>1</v></c></row>" * 2_000)
    found = cells(data)
    assert (len(found), len(found[0])) == (2_000, 50)
    assert told(data) == {"paste.table.rows": {"limit": 2_000}, "paste.table.columns": {"limit": 50, "count": 3}}


def test_a_run_of_blank_rows_ends_a_table():
    rows = '<row r="1"><c><v>1</v></c></row><row r="101"><c><v>2</v></c></row><row r="203"><c><v>3</v></c></row>'
    assert len(cells(workbook(rows))) == 101
    assert told(workbook(rows)) == {"paste.table.gap": {"row": 101, "run": 100}}


def test_a_cell_in_the_last_corner_costs_nothing(monkeypatch):
    data = workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
    assert cells(data) == [["1"]]


def test_every_remark_has_its_words_in_both_languages():
    everything = {"count": 1, "cells": "A1", "limit": 1, "row": 1, "run": 1}
    keys = "columns computed digits error gap hidden_columns hidden_rows invisible rows uncomputed".split()  # noqa: SIM905
    for language in strings.LANGUAGES:
        strings.use(language)
        assert all("{" not in strings.text(f"paste.table.{key}", **everything) for key in keys)
    strings.use("zh")


# --- sheets


@pytest.fixture
def three_sheets():
    book, sheet = new_book()
    sheet.title = "秘密"
    sheet["A1"] = "0"
    sheet.sheet_state = "hidden"
    for title in ("甲", "乙"):
        book.create_sheet(title)["A1"] = title
    return saved(book)


def test_the_first_sheet_that_is_shown_is_read_and_the_others_are_named(three_sheets):
    found = read_table(three_sheets, "a.xlsx")
    assert (found.name, found.names, found.rows) == ("甲", ("甲", "乙"), (("甲",),))


def test_a_sheet_is_read_by_its_name(three_sheets):
    assert cells(three_sheets, sheet="乙") == [["乙"]]


def test_a_sheet_that_is_not_there_is_told(three_sheets):
    with pytest.raises(KjxmError, match=r"table\.no_sheet"):
        read_table(three_sheets, "a.xlsx", "丙")


# --- CSV

LINES = [["科目", "金额", "备注"], ["设备", "30.5", "含，“号”;和\n换行"], ["010010", "2026-03", '他说"好"']]


def written(delimiter, quote='"'):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"' if set(text) & set('",;\n\t') else text

    return "\r\n".join(delimiter.join(quoted(text) for text in line) for line in LINES) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_way_it_was_written(delimiter, encoding):
    data = written(delimiter).encode(encoding)
    assert cells(data) == LINES


def test_a_csv_that_names_its_delimiter_is_believed():
    assert cells(b"sep=;\r\na,b;c\r\n") == [["a,b", "c"]]


def test_one_column_is_one_column():
    assert cells("一\n二，三\n".encode()) == [["一"], ["二，三"]]


def test_a_csv_beyond_the_caps_is_cut_and_told():
    data = ("x," * 60 + "\n").encode() + b"x\n" * 2_100
    found = read_table(data, "a.csv")
    assert (len(found.rows), len(found.rows[0])) == (2_000, 50)
    assert [remark.key for remark in found.told] == ["paste.table.rows", "paste.table.columns"]


def test_a_run_of_blank_lines_ends_a_csv():
    found = read_table(b"a,b\n" + b",\n" * 150 + b"c,d\n", "a.csv")
    assert found.rows == (("a", "b"),)
    assert [remark.key for remark in found.told] == ["paste.table.gap"]


def test_a_csv_of_nothing_but_delimiters_is_given_up_where_the_line_begins(monkeypatch):
    monkeypatch.setattr(csv_tables, "_MOST_CELLS", 1_000)
    assert refusal(b"a,b\n" + b"," * 2_000, "表.csv") == "table.cells"
    assert cells(b"a,b\n" * 499)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"a,b\0c\n", "table.nul"),
        ("a,b".encode("utf-16-le"), "table.nul"),
        (b"a,\xff\xff\xff\n", "table.encoding"),
        (b'a,"b\nc', "table.quotes"),
        (b'"a"b,c', "table.quotes"),
        (b"a," + b"x" * 32_768, "table.field"),
        (b'"' + b"x" * 200_000 + b'"', "table.field"),
        (b"", "table.empty"),
        (b"\xef\xbb\xbf", "table.empty"),
        (b" \r\n,,\r\n", "table.empty"),
        (b"x," * 9_000_000, "incoming.too_big"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused_in_one_sentence(data, key):
    assert refusal(data, "a.csv") == key


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_is_a_table_or_refused_by_name(text):
    try:
        found = read_table(text.encode(), "a.csv")
    except KjxmError as error:
        assert error.params["name"] == "a.csv"  # noqa: PT017 - most texts are a table
    else:
        assert len({len(row) for row in found.rows}) == 1


# --- what is no table


def in_zip(name, content=b""):
    return hostile.zipped((name, content))


def binary_workbook():
    links = rels(("r", "officeDocument", "xl/workbook.bin"))
    return hostile.zipped(("_rels/.rels", links), ("xl/workbook.bin", b""))


def encrypted_zip():
    data = bytearray(workbook(""))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02", 0, data.index(b"PK\x01\x02") + 4) + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (OLE, "table.old"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "incoming.encrypted"),
        (encrypted_zip(), "incoming.encrypted"),
        (in_zip("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "table.open_document"),
        (b"<html><body><table><tr><td>1</td></tr></table>", "table.html"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<table>", "table.html"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "table.html"),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook>", "table.html"),
        (b"", "table.empty"),
        (workbook(""), "table.empty"),
        (workbook('<row><c s="1"/><c><v></v></c></row>'), "table.empty"),
        (b"%PDF-1.7", "table.kind"),
        (b"{\\rtf1}", "table.kind"),
        (b"\x89PNG\r\n\x1a\n", "table.kind"),
        (hostile.picture_bomb(), "table.kind"),
        (hostile.WORD, "table.kind"),
        (in_zip("a.txt"), "table.kind"),
        (binary_workbook(), "table.old"),
        (workbook("")[:300], "incoming.damaged"),
        (b"PK\x03\x04" + bytes(60), "incoming.damaged"),
    ],
)
def test_what_is_no_table_is_told_apart_in_one_sentence(data, key):
    assert refusal(data) == key


def test_what_cannot_be_opened_is_told(tmp_path):
    assert refusal(tmp_path) == "incoming.unreadable"
    assert refusal(tmp_path / "missing") == "incoming.unreadable"


def test_a_table_is_read_from_a_file(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"a,b\n")
    assert read_table(tmp_path / "a.xls", "a.xls").rows == (("a", "b"),)


# --- made to exhaust whoever opens them

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 1000
    + b'"><!ENTITY c "'
    + b"&b;" * 1000
    + b'">]><worksheet><sheetData><row><c t="str"><v>&c;</v></c></row></sheetData></worksheet>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///nowhere.dtd" [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    b"<worksheet><sheetData><row><c t='str'><v>&a;</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "sheet",
    [
        LAUGHS,
        OUTSIDE,
        OUTSIDE.decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"),
        b"<worksheet><row>",
        b"",
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='nowhere'?><a/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a b='" + b" " * 3_000_000 + b"'/>",
    ],
    ids=["laughs", "outside", "outside in UTF-16", "open", "empty", "cut", "encoding", "deep", "a tag of 3 MB"],
)
def test_xml_that_no_spreadsheet_writes_is_refused(sheet):
    assert refusal(workbook(sheet)) == "incoming.damaged"


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels"])
def test_entities_are_refused_in_every_part_that_is_read(part):
    data = workbook('<row><c t="s"><v>0</v></c></row>', **{part: LAUGHS})
    assert refusal(data) == "incoming.damaged"


def counted(monkeypatch):
    seen = []
    on_start = workbooks._SheetReader.on_start
    monkeypatch.setattr(workbooks._SheetReader, "on_start", lambda *told: (seen.append(1), on_start(*told)))
    return seen


def test_a_row_of_millions_of_cells_is_given_up_where_a_row_ends(monkeypatch):
    seen = counted(monkeypatch)
    data = workbook(worksheet("<row>" + "<c/>" * 2_000_000 + "</row>"))
    assert len(data) < 20_000
    assert refusal(data) == "incoming.unfolds"
    assert len(seen) < 17_000


def test_rows_full_of_nothing_are_given_up_after_so_many_elements(monkeypatch):
    monkeypatch.setattr(xml_stream, "LIMIT_ELEMENTS", 50_000)
    seen = counted(monkeypatch)
    assert refusal(workbook(worksheet(("<row>" + "<x/>" * 100 + "</row>") * 1_000))) == "incoming.unfolds"
    assert len(seen) == 50_000


def test_a_part_that_unfolds_without_end_is_refused_by_its_header():
    assert refusal(workbook(bytes(65 << 20))) == "incoming.unfolds"


def test_a_part_that_lies_about_its_size_is_refused():
    data = workbook(worksheet("<row><c><v>1</v></c></row>" + " " * 500_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    assert data.count(struct.pack("<I", size)) == 2
    assert refusal(data.replace(struct.pack("<I", size), struct.pack("<I", 100))) == "incoming.damaged"


def test_parts_inside_one_another_are_refused():
    data = bytearray(hostile.same_entry_again_and_again())
    for number in range(200):
        at = -1
        for _ in range(number + 1):
            at = data.index(b"PK\x01\x02", at + 1)
        data[at + 46 : at + 52] = b"%06d" % number
    assert refusal(bytes(data)) == "incoming.damaged"


def test_more_parts_than_a_workbook_has_are_refused():
    assert refusal(hostile.many_entries()) == "incoming.unfolds"
    assert refusal(hostile.zipped(*((f"{number}.xml", b"") for number in range(2_001)))) == "incoming.unfolds"


def test_a_part_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = hostile.zipped(("_rels/.rels", b"a"), ("_rels/.rels", b"b"))
    assert refusal(data) == "incoming.damaged"


def test_a_cell_longer_than_a_spreadsheet_can_hold_is_refused():
    assert refusal(workbook(f'<row><c t="str"><v>{"x" * 32_768}</v></c></row>')) == "table.field"


def test_a_damaged_workbook_is_read_or_refused_by_name():
    whole = workbook('<row><c t="str"><v>甲</v></c></row>')
    for at in range(len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        try:
            read_table(damaged, "a.xlsx")
        except KjxmError as error:
            assert error.params["name"] == "a.xlsx"  # noqa: PT017 - a flipped date harms nobody


# --- out

LIVE = [
    "=cmd|'/c calc'!A1",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "'=1",
    "''",
    "'",
    "-5",
    "-5.5",
    "=",
    "a=1",
]


@pytest.mark.parametrize("write", [spreadsheets.write_csv, lambda rows: spreadsheets.write_xlsx(rows, "表")])
def test_what_goes_out_comes_back_as_it_was(write):
    lines = [
        LIVE,
        ["010010", "2026-03", "1234567890123456789", "_x0041_", "a\nb", '"', ",;", "豈", "👩\u200d🔬", "1E5"],
    ]
    lines = [[rich_text.clean_text(text) for text in (*line, *[""] * 9)[: len(LIVE)]] for line in lines]
    assert cells(write(lines)) == lines


CELL = (
    st.text(max_size=20).map(lambda text: rich_text.clean_text(text).strip("\n")).map(lambda t: t if t.strip() else "")
)


@given(st.lists(CELL, min_size=1, max_size=4))
def test_any_row_comes_back_as_it_was(row):
    line = [*row, "x"]
    assert cells(spreadsheets.write_csv([line])) == [line]
    assert cells(spreadsheets.write_xlsx([line], "表")) == [line]


def test_no_cell_of_a_workbook_that_goes_out_is_computed():
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.write_xlsx([LIVE], "预算/表[1]")))
    assert book.sheetnames == ["预算_表_1_"]
    assert {cell.data_type for cell in next(book.worksheets[0].iter_rows())} == {"s"}
    assert book.properties.creator in ("", None)


def test_no_cell_of_a_csv_that_goes_out_begins_as_a_formula():
    text = spreadsheets.write_csv([LIVE]).decode("utf-8-sig")
    begun = [cell.strip('"')[:1] for cell in text.strip().split('","')]
    assert [sign for sign in begun if sign in "=+@\t＝"] == []
    assert text.count('"-') == 2  # plain numbers below zero


def test_a_cell_too_long_to_go_out_is_refused():
    with pytest.raises(KjxmError, match=r"table\.field"):
        spreadsheets.write_xlsx([["x" * 32_768]], "表")
