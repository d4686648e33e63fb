"""Both files carry the data they were made of, in ways that programs keep, and a code that ties them together."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pypdf
import pytest
from lxml import etree

from kjxm_desktop import paths
from kjxm_desktop.core import notes, storage
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.exchange import incoming
from kjxm_desktop.export import embedded, files, printed, printed_text
from kjxm_desktop.export.files import Made
from tests.exchange import mailed
from tests.exchange.mailed import docx, docx_of, parts, proposal, shelf
from tests.export import hostile
from tests.export.conftest import NOW
from tests.export.test_docx_package import errors_of

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
STORE = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}"
CODE = re.compile("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}")


@cache
def made() -> Made:
    """Return both files of a proposal to the second call: quick to make, with everything answered."""
    return make(proposal("other call"))


def make(told: Proposal, formats: Sequence[str] = ("docx", "pdf")) -> Made:
    return files.make(told, now=NOW, draft=False, formats=formats, fonts_folder=paths.fonts())


def copy_of(told: Proposal) -> Proposal:
    copy = Proposal(told.call, told.data, told.media)
    copy.doc_id, copy.revision = told.doc_id, told.revision
    return copy


# --- the code -------------------------------------------------------------------------------------------------------


def test_the_code_is_the_first_60_bits_of_the_hash_in_crockfords_base_32():
    assert embedded.code_of("0" * 64) == "0000-0000-0000"
    assert embedded.code_of("f" * 64) == "ZZZZ-ZZZZ-ZZZZ"
    # 00000 00001 00010 … 01011, then bits that do not count
    bits = "".join(f"{number:05b}" for number in range(12)) + "1" * 196
    assert embedded.code_of(f"{int(bits, 2):064x}") == "0123-4567-89AB"


def test_the_code_changes_with_any_answer_and_with_nothing_else():
    told = copy_of(proposal("filled"))
    code = embedded.check_code(told)
    assert CODE.fullmatch(code)
    told.notes = notes.with_done(told.notes, "project", done=True)
    told.doc_id, told.revision = "another", 7
    assert embedded.check_code(told) == code
    told.set("/project/title", told.get("/project/title") + "。")
    assert embedded.check_code(told) != code


def test_the_code_stands_in_every_footer_with_a_page_number_of_both_files():
    words = f"对码：{made().check_code}"
    footers = [content.decode() for name, content in parts(made().files["docx"]).items() if "footer" in name]
    numbered = [footer for footer in footers if "PAGE" in footer]
    assert numbered
    assert all(words in footer for footer in numbered)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made().files["pdf"])).pages]
    shown = [("".join(words.split()) in "".join(page.split())) for page in pages]
    assert shown[0]
    assert shown[-1] is ("PAGE" in footers[-1])


def test_a_page_without_a_number_has_no_code(tmp_path: Path):
    told = make(proposal("empty"))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(told.files["pdf"])).pages]
    assert told.check_code not in pages[0]
    assert told.check_code in pages[-1]


# --- what travels ---------------------------------------------------------------------------------------------------


def draft_in_docx(data: bytes) -> bytes:
    item = etree.fromstring(parts(data)[mailed.ITEM])
    return base64.b64decode(item.findtext(f"{{{embedded.NAMESPACE}}}draft") or "")


def draft_in_pdf(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return bytes(pdf.Root.AF[0].EF.F.read_bytes())


def test_both_files_hold_the_same_draft_with_answers_pictures_and_call():
    draft = draft_in_docx(made().files["docx"])
    assert draft == draft_in_pdf(made().files["pdf"])
    found = storage.unpacked(draft, "a", shelf()).proposal
    assert found.data == proposal("other call").data
    assert found.call.files == proposal("other call").call.files
    assert (found.doc_id, found.revision) == (proposal("other call").doc_id, proposal("other call").revision)


def test_attached_files_travel_by_their_hash_alone():
    told = copy_of(proposal("filled"))
    sha256 = told.add_media(b"%PDF-1.7 " + b"secret attachment " * 40)
    told.set("/attachments/files/0/media", sha256)
    draft = draft_in_docx(docx_of(told))
    names = zipfile.ZipFile(io.BytesIO(draft)).namelist()
    assert f"media/{sha256}" not in names
    assert b"secret attachment" not in draft
    assert len([name for name in names if name.startswith("media/")]) == len(
        [sha256 for sha256 in told.used_media() if sha256 not in storage.unpacked(draft, "a", shelf()).proposal.apart]
    )


def test_notes_comments_and_what_no_answer_names_never_leave():
    told = copy_of(proposal("filled"))
    plain = mailed.parcel_of(told)
    told.notes = {**told.notes, "comments": [{"text": "private remark"}], "last_place": "/project/title"}
    told.add_media(b"left over from an answer that was taken back")
    assert mailed.parcel_of(told) == plain
    with zipfile.ZipFile(io.BytesIO(plain.draft)) as archive:
        assert storage.unpacked(plain.draft, "a", shelf()).proposal.notes == notes.empty()
        allowed = re.compile(r"mimetype|manifest\.json|content/(proposal|notes)\.json|media/[0-9a-f]{64}|call/[a-z.]+")
        assert all(allowed.fullmatch(name) for name in archive.namelist())


def test_a_proposal_with_notes_gives_the_same_bytes_as_one_without():
    told = copy_of(proposal("other call"))
    told.notes = notes.with_done(told.notes, "cost", done=True)
    assert make(told).files == made().files


def test_one_file_is_the_same_whether_the_other_is_wanted_or_not():
    assert make(proposal("other call"), ("pdf",)).files["pdf"] == made().files["pdf"]
    assert make(proposal("other call"), ("docx",)).files["docx"] == made().files["docx"]


def test_the_parcel_is_the_same_each_time_and_tells_the_time_of_the_document():
    told = proposal("filled")
    parcel = mailed.parcel_of(told)
    assert mailed.parcel_of(told) == parcel
    later = replace(parcel, xml=parcel.xml.replace(NOW.isoformat().encode(), b""))
    assert later != parcel
    sections = {"": "0" * 64}
    assert embedded.parcel(told, sections, NOW) != embedded.parcel(told, sections, NOW + timedelta(seconds=1))


# --- the DOCX -------------------------------------------------------------------------------------------------------


def test_the_item_of_a_docx_is_reached_as_word_does_it():
    found = parts(docx("filled"))
    links = etree.fromstring(found["word/_rels/document.xml.rels"])
    assert [one.get("Target") for one in links if one.get("Type") == f"{RELATION}/customXml"] == [
        "../customXml/item1.xml"
    ]
    (of_item,) = etree.fromstring(found["customXml/_rels/item1.xml.rels"])
    assert (of_item.get("Type"), of_item.get("Target")) == (f"{RELATION}/customXmlProps", "itemProps1.xml")
    properties = etree.fromstring(found["customXml/itemProps1.xml"])
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", properties.get(f"{STORE}itemID") or "")
    kinds = found["[Content_Types].xml"].decode()
    assert "customXmlProperties+xml" in kinds
    assert "custom-properties+xml" in kinds


def test_one_custom_property_short_enough_for_word_holds_both_hashes_and_the_code():
    (told,) = etree.fromstring(parts(docx("filled"))["docProps/custom.xml"])
    assert told.tag == f"{{{CUSTOM}}}property"
    assert told.get("fmtid") == "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
    text = told[0].text or ""
    assert len(text.encode("utf-16-le")) // 2 <= 255
    fields = dict(field.split("=") for field in text.split())
    made_of = proposal("filled")
    assert fields["data_sha256"] == embedded.data_sha256(made_of)
    assert fields["check_code"] == embedded.check_code(made_of)
    assert re.fullmatch("[0-9a-f]{64}", fields["text_sha256"])


def test_the_docx_with_its_data_is_valid(tmp_path: Path, validator: list[str]):
    (tmp_path / "a.docx").write_bytes(docx("filled"))
    assert errors_of(validator, tmp_path / "a.docx") == []


def _hostile() -> Proposal:
    return hostile.proposal()


@pytest.mark.parametrize("name", ["empty", "filled", "other call", "consulting", "long", "hostile"])
def test_the_hashes_are_those_of_the_text_that_stands_in_the_docx(name: str):
    data = docx_of(_hostile()) if name == "hostile" else docx(name)
    item = etree.fromstring(parts(data)[mailed.ITEM])
    told = {one.get("anchor"): one.get("sha256") for one in item if str(one.tag).endswith("}section")}
    assert len(told) > 5
    shell = incoming.read(data, "a.docx")
    assert isinstance(shell, incoming.WordFile)
    found = printed_text.paragraphs(shell.document, [anchor for anchor in told if anchor], "a.docx")
    assert printed.section_hashes(((one.anchor, one.text) for one in found), map(str, told)) == told


def test_text_is_compared_without_white_space_and_in_one_spelling():
    assert printed.packed(" 甲\u3000乙\n e\u0301 ") == "甲乙\u00e9"
    assert printed.packed("a\u2011b\xadc") == "a-bc"


# --- the PDF --------------------------------------------------------------------------------------------------------


def test_the_pdf_holds_it_as_an_associated_file_under_a_plain_name():
    with pikepdf.open(io.BytesIO(made().files["pdf"])) as pdf:
        (told,) = pdf.Root.AF
        assert str(told.AFRelationship) == "/Data"
        assert str(told.UF) == "proposal.kjxm"
        assert str(told.EF.F.Subtype) == "/application/vnd.kjxm.proposal"
        key, filed = pdf.Root.Names.EmbeddedFiles.Names
        assert str(key).isascii()
        assert filed.objgen == told.objgen


def test_the_metadata_of_the_pdf_tell_what_the_docx_tells():
    (told,) = etree.fromstring(parts(made().files["docx"])["docProps/custom.xml"])
    with pikepdf.open(io.BytesIO(made().files["pdf"])) as pdf:
        xmp = pdf.Root.Metadata.read_bytes().decode()
    for name, value in (field.split("=") for field in (told[0].text or "").split()):
        assert f"<kjxm:{name}>{value}</kjxm:{name}>" in xmp
