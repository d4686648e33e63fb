"""Bad drafts and bad data on every command: one sentence that says what and where, nothing written, nothing left."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import strings
from kjxm_desktop.errors import KjxmError
from tests import hostile
from tests.cli_run import KJXM, TIME, beneath, kjxm, new, refused

FOLDER = "to"
ON_DRAFTS: dict[str, list[object]] = {
    "show": ["show", "{file}"],
    "show --media": ["show", "{file}", "--media", "{to}/media"],
    "check": ["check", "{file}", *TIME],
    "check --json": ["check", "{file}", "--json", "--lang", "en", *TIME],
    "export": ["export", "{file}", "--to", "{to}/out", *TIME],
    "export --draft": ["export", "{file}", "--to", "{to}/out", "--draft"],
    "package": ["package", "{file}", "--to", "{to}/out", *TIME],
    "package --draft": ["package", "{file}", "--to", "{to}/out", "--draft"],
}
ON_DATA: dict[str, list[object]] = {
    "new": ["new", "--call", KJXM, "--data", "{file}", "{to}/out.kjxm"],
    "check --call": ["check", "{file}", "--call", KJXM, "--json", *TIME],
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return new(tmp_path_factory.mktemp("sound") / "a.kjxm").read_bytes()


@pytest.fixture(scope="module")
def bad_drafts(tmp_path_factory: pytest.TempPathFactory, sound: bytes) -> dict[str, Path]:
    """Every bad draft, written once: some are large."""
    folder = tmp_path_factory.mktemp("bad")
    made: dict[str, Path] = {}
    for at, (name, spoil) in enumerate(hostile.DRAFTS.items()):
        made[name] = folder / f"{at}.kjxm"
        made[name].write_bytes(spoil(sound))
    return made


def filled(words: list[object], file: Path, to: Path) -> list[str]:
    return [str(word).replace("{file}", str(file)).replace("{to}", str(to)) for word in words]


@pytest.mark.parametrize("command", ON_DRAFTS)
@pytest.mark.parametrize("name", hostile.DRAFTS)
def test_a_bad_draft_is_refused_by_name(tmp_path: Path, bad_drafts: dict[str, Path], name: str, command: str) -> None:
    told = refused(*filled(ON_DRAFTS[command], bad_drafts[name], tmp_path))
    assert bad_drafts[name].name in told
    assert beneath(tmp_path) == {}


@pytest.mark.parametrize("command", ON_DRAFTS)
@pytest.mark.parametrize("name", ["nowhere.kjxm", "folder.kjxm", "n" * 300 + ".kjxm"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str, command: str) -> None:
    (tmp_path / "folder.kjxm").mkdir()
    refused(*filled(ON_DRAFTS[command], tmp_path / name, tmp_path / "to"))
    assert list(beneath(tmp_path)) == ["folder.kjxm"]


@pytest.mark.parametrize("command", ON_DATA)
@pytest.mark.parametrize("name", hostile.DATA)
def test_bad_data_is_refused_and_nothing_is_written(tmp_path: Path, name: str, command: str) -> None:
    (tmp_path / "bomb.png").write_bytes(hostile.picture_bomb())
    (tmp_path / "text.png").write_text("text")
    (tmp_path / "empty.png").touch()
    file, to = tmp_path / "数据.json", tmp_path / "to"
    file.write_bytes(hostile.DATA[name])
    to.mkdir()
    told = refused(*filled(ON_DATA[command], file, to))
    assert "数据.json" in told
    assert beneath(to) == {}


POINTED = {
    "a doubled key": "/project",
    "a lone surrogate": "/project/title",
    "not a number": "/project/readiness/now",
    "an unknown key": "/project/titel",
    "an unknown key with nothing behind it": "/projekt",
    "a row that is nothing": "/team/members/0",
    "a caption above its cap": "/approach/route/0/caption",
    "an unknown key in a row": "/team/members/0/nmae",
    "money as a number": "/budget/income/special",
    "a row that is a string": "/team/members/0",
    "a picture bomb": "/approach/route",
    "a picture by a digest": "/approach/route",
    "an attachment by a digest": "/attachments/files/0/media",
    "a line above its cap": "/project/title",
    "rich text above its cap": "/summary/text",
}


@pytest.mark.parametrize("name", POINTED)
def test_bad_data_is_refused_with_its_pointer(tmp_path: Path, name: str) -> None:
    (tmp_path / "bomb.png").write_bytes(hostile.picture_bomb())
    (tmp_path / "a.json").write_bytes(hostile.DATA[name])
    assert POINTED[name] in refused("check", tmp_path / "a.json", "--call", KJXM)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + '{"project": {"title": "题目"}}'.encode())
    out = new(tmp_path / "a.kjxm", tmp_path / "a.json")
    assert kjxm("show", out).json == {"project": {"title": "题目"}}


FINDINGS = {
    "choice": b'{"project": {"kind": "none of these"}}',
    "format": b'{"project": {"period": {"from": "2024-13"}}}',
    "format of the year 0": b'{"project": {"period": {"from": "0000-01"}}}',
    "length": ('{"project": {"title": "%s"}}' % ("题" * 31)).encode(),
}


@pytest.mark.parametrize("code", FINDINGS)
def test_an_answer_that_is_wrong_in_itself_is_a_finding_and_no_refusal(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.json").write_bytes(FINDINGS[code])
    ran = kjxm("check", tmp_path / "a.json", "--call", KJXM, "--json", *TIME)
    assert ran.status == 1
    assert code.partition(" ")[0] in {item["code"] for item in ran.json["diagnostics"]}


def test_a_damaged_draft_is_refused_or_tells_exactly_what_it_told_before(
    tmp_path_factory: pytest.TempPathFactory, sound: bytes
) -> None:
    file = tmp_path_factory.mktemp("flipped") / "a.kjxm"
    file.write_bytes(sound)
    before = kjxm("show", file)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(sound) - 1), st.integers(1, 255))
    def flip(at: int, by: int) -> None:
        file.write_bytes(sound[:at] + bytes([sound[at] ^ by]) + sound[at + 1 :])
        # Who made a part and with which permissions means nothing here, so a fault in it changes nothing either.
        if kjxm("show", file) != before:
            assert file.name in refused("show", file)

    flip()


@pytest.mark.parametrize(
    "data", [b"{}", b'{"project": {}}', b'{"project": {"title": ""}}', b'{"project": {"title": null}}']
)
def test_data_that_says_nothing_is_taken_as_nothing_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.json").write_bytes(data)
    assert kjxm("show", new(tmp_path / "a.kjxm", tmp_path / "a.json")).json == {}
    assert kjxm("check", tmp_path / "a.json", "--call", KJXM, *TIME).status == 1


@pytest.mark.parametrize(("language", "whole"), [("zh", "（最外层）"), ("en", "the top level")])
def test_a_fault_of_the_whole_has_a_place_in_words(language: str, whole: str) -> None:
    strings.use(language)
    try:
        assert whole in strings.error(KjxmError("data.type", pointer="", expected="object"))
        assert whole in strings.error(KjxmError("call.form_of_file", file="call.json", place="", why="x"))
    finally:
        strings.use("zh")
