"""A document that comes back by mail with no data, with such that cannot be trusted, or made to do harm."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pikepdf
import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import container, notes, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming_bytes, returned
from kjxm_desktop.export import embedded
from tests import hostile
from tests.exchange import mailed
from tests.exchange.mailed import (
    ITEM,
    docx,
    docx_of,
    edited,
    element,
    item_with,
    packed,
    parts,
    proposal,
    read,
    replaced,
    resaved,
    shelf,
    simple,
    with_draft,
    with_part,
    without,
)

OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"
FIRST, SECOND = "第一段讲需求。", "第二段讲做法。"


def refused(data: bytes, name: str = "a.docx") -> str:
    with pytest.raises(KjxmError) as caught:
        returned.read(data, shelf(), name)
    return caught.value.key


# --- what is no honest document -------------------------------------------------------------------------------------


def test_a_docx_without_data_is_told_so():
    assert refused(without(docx("filled"), ITEM)) == "returned.lost"
    bare = without(without(docx("filled"), ITEM), "docProps/custom.xml")
    assert refused(bare) == "returned.nothing"


def test_data_lost_on_the_way_through_another_format_leave_their_code(tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(docx("other call"))
    data = resaved(tmp_path / "a.docx", tmp_path, ("odt", "docx"))
    with pytest.raises(KjxmError) as caught:
        read(data)
    code = embedded.check_code(proposal("other call"))
    assert (caught.value.key, caught.value.params["code"]) == ("returned.lost", code)


def test_two_sets_of_data_are_refused_and_one_twice_is_one():
    found = parts(docx("filled"))
    again = found | {"customXml/item2.xml": found[ITEM]}
    assert read(packed(again)).proposal.data == proposal("filled").data
    other = found | {"customXml/item2.xml": parts(docx("empty"))[ITEM]}
    assert refused(packed(other)) == "returned.several"


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ('data_sha256="[0-9a-f]{8}', 'data_sha256="00000000'),
        ('data_sha256="[0-9a-f]+"', 'data_sha256="x"'),
        ('check_code="[0-9A-Z]{4}', 'check_code="0000'),
        ('<section anchor="" sha256="[0-9a-f]{8}', '<section anchor="" sha256="zzzzzzzz'),
        (">[A-Za-z0-9+/=]+</draft>", "></draft>"),
        (">[A-Za-z0-9+/=]+</draft>", ">no*base64</draft>"),
    ],
)
def test_data_that_do_not_fit_their_hash_are_refused(pattern: str, new: str):
    assert refused(item_with(docx("filled"), pattern, new)) == "returned.damaged"


def test_data_of_another_document_are_refused_though_they_are_sound():
    one, other = docx("filled"), docx("empty")
    swapped = packed(parts(one) | {ITEM: parts(other)[ITEM]})
    assert refused(swapped) == "returned.damaged"


def test_a_time_that_is_none_is_refused_when_it_is_needed():
    data = replaced(item_with(docx_of(simple(FIRST)), 'time="[^"]+"', 'time="x"'), FIRST, SECOND)
    assert refused(data) == "returned.damaged"


@pytest.mark.parametrize("bomb", [hostile.bomb, hostile.lying, hostile.same_entry_again_and_again])
def test_a_draft_made_to_exhaust_its_reader_is_refused(bomb):
    assert refused(with_draft(docx("empty"), lambda _: bomb())) == "returned.parcel"


def test_notes_and_comments_are_refused_whoever_put_them_in():
    made = Proposal(proposal("empty").call)
    made.notes = notes.with_done(made.notes, "project", done=True)
    assert refused(with_draft(docx_of(made), lambda _: storage.packed(made, "test"))) == "returned.notes"


def test_parts_that_no_draft_has_are_refused():
    def with_history(draft: bytes) -> bytes:
        return packed(parts(draft) | {"history/1.json": b"{}"})

    assert refused(with_draft(docx("empty"), with_history)) == "returned.parcel"


def test_a_list_of_files_that_travel_apart_names_hashes_and_nothing_else():
    def lying(draft: bytes) -> bytes:
        return rebuilt(draft, {"apart": ["../a.pdf"]})

    assert refused(with_draft(docx("empty"), lying)) == "returned.parcel"


def rebuilt(draft: bytes, more: dict[str, object]) -> bytes:
    """Return a draft whose manifest tells `more`."""
    found = parts(draft)
    manifest = json.loads(found["manifest.json"]) | more
    found["manifest.json"] = json.dumps(manifest).encode()
    return container.pack(
        (name, content, not name.startswith(("media/", "mimetype"))) for name, content in found.items()
    )


def test_a_draft_rebuilt_as_it_was_is_read():
    assert read(with_draft(docx("filled"), lambda draft: rebuilt(draft, {}))).proposal.data == proposal("filled").data


def test_the_draft_brings_its_own_call_and_is_ruled_by_it():
    alone = Shelf(paths.schemas())
    found = returned.read(docx("other call"), alone)
    assert found.foreign_call
    assert found.proposal.call.id == "agri-service-2026"
    assert found.differences == ()


def test_a_call_that_breaks_its_own_rules_is_refused():
    made = proposal("empty")
    broken = Proposal(made.call)
    files = dict(made.call.files) | {"form.json": made.call.files["form.json"].replace(b'"rich"', b'"bad"', 1)}
    object.__setattr__(broken, "call", _Broken(made.call, files))
    assert refused(with_draft(docx("empty"), lambda _: storage.packed(broken, "test"))) == "returned.parcel"


class _Broken:
    """A call as it stands in a draft, with files that are not what it says."""

    def __init__(self, call, files: dict[str, bytes]) -> None:
        self.id, self.version, self.files, self.form = call.id, call.version, files, call.form
        self.sha256 = calls.sha256_of(files)


def test_entities_and_depth_in_the_item_are_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x xmlns="urn:kjxm-desktop:data:1">&a;</x>'
    assert refused(with_part(docx("empty"), ITEM, lambda _: bomb)) == "incoming.damaged"
    deep = b'<x xmlns="urn:kjxm-desktop:data:1">' + b"<y>" * 500 + b"</y>" * 500 + b"</x>"
    assert refused(with_part(docx("empty"), ITEM, lambda _: deep)) == "incoming.damaged"


def test_fields_within_fields_without_end_are_refused():
    begun = "".join('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' for _ in range(200))
    data = edited(docx("empty"), lambda root: root[0].insert(0, element(f"<w:p>{begun}</w:p>")))
    assert refused(data) == "incoming.damaged"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "incoming.empty"),
        (b"hello", "incoming.kind"),
        (b"{\\rtf1}", "incoming.rtf"),
        (b"%PDF-1.7", "incoming.damaged"),
    ],
)
def test_what_is_neither_is_told_by_its_kind(data: bytes, key: str):
    assert refused(data) == key


def test_documents_are_told_by_their_content():
    assert incoming_bytes.is_document(docx("empty"))
    assert incoming_bytes.is_document(b"%PDF-1.7")
    assert incoming_bytes.is_document(hostile.zipped(("mimetype", OPEN_DOCUMENT), compression=zipfile.ZIP_STORED))
    assert refused(hostile.zipped(("mimetype", OPEN_DOCUMENT))) == "incoming.open_document"
    assert not incoming_bytes.is_document(storage.packed(proposal("empty"), "test"))
    assert not incoming_bytes.is_document(b'{"project": {}}')
    assert not incoming_bytes.is_document(packed({"a.txt": b"some archive"}))
    assert not incoming_bytes.is_document(Path("no-such-file"))


# --- PDF ------------------------------------------------------------------------------------------------------------


def pdf_with(*contents: bytes, record: str = "", name: str = "../../a.kjxm") -> bytes:
    """Return a PDF with these files attached."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for at, content in enumerate(contents):
        pdf.attachments[f"{at}{name}"] = pikepdf.AttachedFileSpec(pdf, content, filename=f"{at}{name}")
    if record:
        pdf.Root.Metadata = pdf.make_stream(f"<x><k:data_sha256>{record}</k:data_sha256></x>".encode())
    out = io.BytesIO()
    pdf.save(out, fix_metadata_version=False)
    return out.getvalue()


def test_a_pdf_gives_the_draft_attached_to_it_whatever_it_is_called():
    draft = mailed.parcel_of(proposal("filled")).draft
    found = returned.read(pdf_with(b"else", draft), shelf(), "a.pdf")
    assert found.proposal.data == proposal("filled").data
    assert (found.kind, found.is_edited) == ("pdf", False)
    assert len(found.absent) == 2


def test_a_pdf_without_a_draft_or_with_two_is_refused():
    one, other = (mailed.parcel_of(proposal(name)).draft for name in ("filled", "empty"))
    assert refused(pdf_with(b"else")) == "returned.nothing"
    assert refused(pdf_with(one, other)) == "returned.several"


def test_a_pdf_that_records_other_data_than_it_carries_is_refused():
    draft = mailed.parcel_of(proposal("empty")).draft
    assert refused(pdf_with(draft, record="0" * 64)) == "returned.damaged"
    sha256 = embedded.data_sha256(proposal("empty"))
    assert not returned.read(pdf_with(draft, record=sha256), shelf(), "a.pdf").is_edited


@pytest.mark.parametrize("bomb", [hostile.bomb, hostile.lying])
def test_a_pdf_with_a_draft_made_to_exhaust_its_reader_is_refused(bomb):
    marked = bomb()[:30] + b"mimetype" + storage.MIMETYPE + bomb()[30:]
    assert refused(pdf_with(marked)) == "returned.parcel"
