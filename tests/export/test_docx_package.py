"""The DOCX is valid, the same each time, and says nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.export import docx_writer
from kjxm_desktop.export.blocks import (
    Furniture,
    Heading,
    ListBlock,
    Paragraph,
    Run,
)
from tests.export import filled
from tests.export import hostile as everything_hostile
from tests.export.conftest import (
    AGRI,
    EXAMPLES,
    KJXM,
    NOW,
    LabelFont,
    call_of,
    composed,
    docx_of,
    example,
    example_document,
    example_docx,
    pages_of,
)
from tests.export.opened_docx import Opened, W, of_blocks, opened, printed, text

# --- the package ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_proposal_and_time_give_the_same_bytes(name: str):
    assert hashlib.sha256(docx_of(example(name))).digest() == hashlib.sha256(example_docx(name)).digest()


def test_every_part_is_dated_by_the_document_alone():
    assert {info.date_time for info in opened("long").infos} == {(2024, 6, 1, 9, 30, 0)}
    document = example_document("consulting")
    later = replace(document, created=NOW + timedelta(days=1))
    data = docx_writer.write(later, example("consulting").media, LabelFont(), pages_of(document))
    assert data != example_docx("consulting")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_properties_name_the_proposal_and_nobody(name: str):
    one = opened(name)
    core = {child.tag.rpartition("}")[2]: child.text for child in one.part("docProps/core.xml")}
    assert core == {
        "title": example(name).get("/project/title"),
        "subject": "2024年度“科技兴蒙”上海交通大学行动计划专项项目建议书",
        "created": "2024-06-01T01:30:00Z",
        "modified": "2024-06-01T01:30:00Z",
        "language": "zh-CN",
        "revision": "1",
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_a_template_a_machine_or_a_path_is_in_the_package(name: str):
    one = opened(name)
    allowed = re.compile(
        r"\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|word/(_rels/document\.xml\.rels|document\.xml"
        r"|styles\.xml|numbering\.xml|settings\.xml|fontTable\.xml|theme/theme1\.xml|footer\d+\.xml|media/(image\d+\.(png|jpg)|drawing\d+\.svg))"
    )
    for part, data in one.parts.items():
        assert allowed.fullmatch(part), part
        for leak in (b"python", b"docx", b"thumbnail", str(Path.home()).encode(), str(paths.resources()).encode()):
            assert part == "[Content_Types].xml" or leak not in data, (part, leak)


def test_a_draft_carries_a_light_mark_that_is_no_text():
    document = composed(example("consulting"), draft=True)
    one = Opened(docx_writer.write(document, example("consulting").media, LabelFont(), pages_of(document)))
    header = one.named("word/header")[0]
    assert one.find(".//v:textpath/@string", header) == ["草稿"]
    assert text(header) == ""
    first = one.find("//w:sectPr")[0]
    assert first.find(f"{W}headerReference") is not None
    assert not opened("consulting").named("word/header")
    assert [text(p) for p in one.find("//w:p")] == [text(p) for p in opened("consulting").find("//w:p")]


def test_header_and_check_code_stand_beside_the_page_number():
    one = of_blocks(Paragraph((Run("甲"),)), furniture=Furniture("书眉", "— {page} —", "A1B2", ""))
    assert text(one.named("word/header")[0]) == "书眉"
    footer = one.named("word/footer")[0]
    assert text(footer) == "A1B2— 1 —"
    stop = one.find(".//w:pPr/w:tabs/w:tab", footer)[0]  # the code stands at the left margin, the number where it stood
    told = one.find("//w:pgSz/@w:w")[0], *one.find("//w:pgMar/@w:left"), *one.find("//w:pgMar/@w:right")
    paper, left, right = map(int, told)
    assert stop.get(f"{W}val") == "center"
    assert abs(int(stop.get(f"{W}pos")) - (paper - left - right) // 2) <= 1


# --- the data inside ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Data:
    xml: bytes
    item_id: str
    properties: dict[str, str]


DATA = Data(
    b'<?xml version="1.0" encoding="UTF-8"?>\n<d:data xmlns:d="urn:example:data">QUJD</d:data>',
    "{0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0}",
    {"example": 'a & "b" <c>', "second": "𠮷" * 127},
)


def with_data(data: Data) -> bytes:
    document = example_document("consulting")
    return docx_writer.write(document, example("consulting").media, LabelFont(), pages_of(document), data)


def test_the_data_inside_is_an_item_that_its_properties_name():
    one = Opened(with_data(DATA))
    assert one.parts["customXml/item1.xml"] == DATA.xml
    item = one.part("customXml/itemProps1.xml")
    assert [item.get(name) for name in item.attrib if name.endswith("itemID")] == [DATA.item_id]
    leads = {
        (relation.get("Type").rpartition("/")[2], relation.get("Target"))
        for source in ("word/_rels/document.xml.rels", "customXml/_rels/item1.xml.rels", "_rels/.rels")
        for relation in one.part(source)
    }
    assert ("customXml", "../customXml/item1.xml") in leads
    assert ("customXmlProps", "itemProps1.xml") in leads
    assert ("custom-properties", "docProps/custom.xml") in leads
    properties = one.part("docProps/custom.xml")
    assert {told.get("name"): told[0].text for told in properties} == DATA.properties
    assert [told.get("pid") for told in properties] == ["2", "3"]
    assert len({told.get("fmtid") for told in properties}) == 1


def test_the_data_inside_changes_nothing_else_of_the_document():
    plain, told = opened("consulting"), Opened(with_data(DATA))
    assert set(told.parts) - set(plain.parts) == {
        "customXml/item1.xml", "customXml/itemProps1.xml", "customXml/_rels/item1.xml.rels", "docProps/custom.xml",
    }  # fmt: skip
    assert told.parts["word/document.xml"] == plain.parts["word/document.xml"]


def test_a_property_that_word_would_cut_is_never_written():
    with pytest.raises(ValueError, match="example"):
        with_data(replace(DATA, properties={"example": "𠮷" * 128}))


# --- validity -------------------------------------------------------------------------------------------------------

HOSTILE = "<w:p>&amp;]]>\"'&lt;\u202e\u0007𠮷😀ᠮᠣᠩᠭᠣᠯ\u00a0{title}%s\\n" + "很" * 40 + "W" * 160


def hostile_runs() -> list[dict[str, object]]:
    return [
        {"text": HOSTILE},
        {"text": "2", "sub": True, "bold": True, "italic": True, "underline": True},
        {"formula": "<x&y>"},
    ]


def hostile(folder: Path) -> Proposal:
    """Return a proposal full of what breaks writers: markup, odd characters, very wide and very long things."""
    (folder / "a.png").write_bytes(filled.picture_bytes(2000, 3))
    rich = [
        {"type": "paragraph", "runs": hostile_runs()},
        {"type": "list", "ordered": True, "items": [hostile_runs()] * 3},
        {"type": "table", "header": True, "rows": [[hostile_runs()] * 6] * 2, "caption": HOSTILE},
        {"type": "table", "header": True, "rows": [[[]]], "caption": ""},
        {"type": "picture", "file": "a.png", "caption": HOSTILE, "alt": HOSTILE},
        {"type": "formula", "latex": "<a>&\\frac{1}{2}]]>"},
    ]
    data = {
        "project": {"title": HOSTILE, "kind": "key_tech", "keywords": [HOSTILE]},
        "people": {"leader": {"name": HOSTILE}, "partners": [{"name": HOSTILE}, {}]},
        "summary": {"text": rich},
        "basis": {
            "demand": [{"type": "paragraph", "runs": [{"text": "甲"}, {"cite": "r1"}, {"cite": "gone"}]}],
            "enterprises": [{"name": HOSTILE, "need": HOSTILE}, {}],
            "references": [{"id": "r1", "text": HOSTILE}],
        },
        "content": {"work": [{"title": HOSTILE, "text": rich}]},
        "schedule": {"milestones": [{"from": "2024-07", "to": "2024-08", "task": HOSTILE}]},
        "budget": {"lines": [{"category": "business", "source": "own", "amount": "1.00", "item": HOSTILE}]},
    }
    return from_outside(call_of(KJXM), data, folder)


def in_official_style(made: Proposal) -> bytes:
    call = replace(made.call, document={**made.call.document, "style": "official"})
    return docx_of(Proposal(call, made.data, dict(made.media)), draft=True)


def errors_of(validator: Sequence[str], file: Path) -> list[object]:
    done = subprocess.run([*validator, str(file)], capture_output=True, check=False, timeout=120)
    told = json.loads(done.stdout)
    assert told["ok"] is not bool(told["errors"])
    return told["errors"]


def makers() -> Iterator[tuple[str, Callable[[Path], bytes]]]:
    for name in EXAMPLES:
        yield name, lambda _folder, name=name: example_docx(name)
    yield "odd", lambda folder: docx_of(hostile(folder))
    yield "hostile", lambda _folder: docx_of(everything_hostile.proposal())
    yield "second-call", lambda _folder: docx_of(filled.proposal(call_of(AGRI)), draft=True)
    yield "official", lambda _folder: in_official_style(example("key-tech"))
    yield "with-data", lambda _folder: with_data(DATA)


@pytest.mark.parametrize(("name", "make"), [pytest.param(*one, id=one[0]) for one in makers()])
def test_the_open_xml_sdk_finds_no_error(
    name: str, make: Callable[[Path], bytes], validator: list[str], tmp_path: Path
):
    file = tmp_path / f"{name}.docx"
    file.write_bytes(make(tmp_path))
    assert errors_of(validator, file) == []


@pytest.mark.parametrize(("name", "make"), [pytest.param(*one, id=one[0]) for one in makers()])
def test_ids_are_unique_and_what_is_named_is_there(name: str, make: Callable[[Path], bytes], tmp_path: Path):
    one = Opened(make(tmp_path))
    for path in (
        "//w:bookmarkStart/@w:id",
        "//w:bookmarkStart/@w:name",
        "//wp:docPr/@id",
        "//w:sdt/w:sdtPr/w:id/@w:val",
    ):
        told = one.find(path)
        assert len(told) == len(set(told)), path
    relations = {told.get("Id"): told.get("Target") for told in one.part("word/_rels/document.xml.rels")}
    used = set(one.find("//@r:embed")) | set(one.find("//@r:id"))
    assert used <= set(relations)
    assert all(target.startswith("../") or f"word/{target}" in one.parts for target in relations.values())
    numbering = one.part("word/numbering.xml")
    assert set(one.find("//w:numId/@w:val")) - {"0"} <= set(one.find("//w:num/@w:numId", numbering))
    assert all(cell[-1].tag == f"{W}p" for cell in one.find("//w:tc"))


def test_the_open_xml_sdk_would_find_one(validator: list[str], tmp_path: Path):
    file = tmp_path / "broken.docx"
    with zipfile.ZipFile(io.BytesIO(example_docx("consulting"))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<w:keepNext/>", b'<w:keepNext w:val="maybe"/>'))
    assert errors_of(validator, file)


def test_what_a_person_wrote_stands_in_the_document_as_it_was_stored(tmp_path: Path):
    made = hostile(tmp_path)
    one = Opened(docx_of(made))
    whole = text(one.body)
    title = made.get("/project/title")
    assert "<w:p>&amp;]]>" in title
    assert whole.count(title) > 10
    assert one.find("//wp:docPr/@descr")[0] == title
    assert all("\u0007" not in told for told in whole)


def test_a_heading_of_three_hundred_letters_is_still_one_paragraph():
    one = of_blocks(Heading(1, "一、", "W" * 300, "heading1"), ListBlock(()))
    assert [told for told in printed(one) if told] == ["一、" + "W" * 300]
