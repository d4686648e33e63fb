"""Whatever stands where in a draft, it is refused by name or it opens and bears every look at it (HI-6)."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths, strings
from kjxm_desktop.core import clock, json_pointer, storage, strict_json
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.core.storage import MANIFEST, NOTES, PROPOSAL
from kjxm_desktop.core.validation import Validator
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.files import picture_sizes
from tests.cli_run import TIME, kjxm, refused
from tests.core.test_storage import parts_of, rebuilt

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
EXAMPLE = paths.resources() / "examples" / "nearly-finished" / "proposal.json"
REMARK = {"text": "核对金额", "at": "2024-05-30T10:00:00+08:00", "done": False}
SAID = {
    "done": ["project", "summary"],
    "dismissed": [{"code": "R05", "place": "/outcomes/indicators", "reason": "见附件"}],
    "comments": [{"id": "c1", "place": "/project/title", **REMARK}],
    "todos": [{"id": "t1", **REMARK}],
    "last_export": {"path": "a.pdf", "at": "2024-05-30T10:00:00+08:00"},
}

BLOCK = st.sampled_from(["paragraph", "heading", "list", "table", "picture", "formula", "video"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.sampled_from([0, 1, 0.5, -0.0, 1e300])
    | st.sampled_from(["", " ", "\n", "a", "１２", "12\n", "-1", "1e9", "²", "@", "/", "2024-13", "2024-02", "0" * 64])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "type", "runs", "media", "name", "", "~", "0"]), inner)
        | st.fixed_dictionaries({"type": BLOCK}, optional={"runs": inner, "rows": inner, "items": inner, "cite": inner})
    ),
    max_leaves=6,
)
Change = tuple[str, int, Json]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture(scope="module")
def sound(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the parts of a whole draft with everything in it, notes too."""
    proposal = from_outside(shelf.get("kjxm-sjtu-2024"), strict_json.loads(EXAMPLE.read_bytes()), EXAMPLE.parent)
    proposal.notes = {**proposal.notes, **SAID}
    path = tmp_path_factory.mktemp("sound") / "a.kjxm"
    storage.write(path, proposal, program="test")
    storage.read(path, shelf)
    return parts_of(path)


def places(node: Json, place: str = "") -> list[str]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(under for key, child in inner for under in places(child, place + json_pointer.build([key])))]


def swapped(node: Json, place: str, value: Json) -> Json:
    """Return `node` with `value` at `place`, whatever stood there."""
    *tokens, last = json_pointer.parse(place)
    changed = copy.deepcopy(node)
    inside: Json = json_pointer.get(changed, json_pointer.build(tokens))
    inside[int(last) if isinstance(inside, list) else last] = value
    return changed


def with_changes(parts: dict[str, bytes], changes: list[Change]) -> bytes:
    """Return the draft with each change made at a place counted around; its digests tell the truth all the same."""
    told: dict[str, Json] = {name: json.loads(parts[name]) for name in (PROPOSAL, NOTES, MANIFEST)}
    told[MANIFEST]["parts"] = {}
    for name, at, value in changes:
        known = places(told[name])[1:]
        if known:
            told[name] = swapped(told[name], known[at % len(known)], value)
    written = {name: json.dumps(value).encode() for name, value in told.items()}
    held = parts | {name: part for name, part in written.items() if name != MANIFEST}
    listed = {
        name: {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)}
        for name, part in held.items()
        if name not in ("mimetype", MANIFEST)
    }
    if told[MANIFEST].get("parts") == {}:
        told[MANIFEST]["parts"] = listed
    return rebuilt(held | {MANIFEST: json.dumps(told[MANIFEST]).encode()}, listed=False)


def opened(path: Path, shelf: Shelf) -> Proposal | None:
    """Return the draft at `path`, None where it is refused with a sentence."""
    try:
        return storage.read(path, shelf).proposal
    except KjxmError as error:
        return None if strings.error(error) else pytest.fail(error.key)


def look_at_it(path: Path, shelf: Shelf) -> bool:
    """Return whether the draft opens; what opens is checked, set and told by the command line."""
    proposal = opened(path, shelf)
    if proposal is None:
        refused("check", path, *TIME)
        return False
    found = Validator(proposal.call).check(proposal.data, NOW)
    for draft in (True, False):
        compose(proposal.call, proposal.data, picture_sizes(proposal.media), now=NOW, draft=draft)
    ran = kjxm("check", path, "--json", *TIME)
    assert (ran.status, ran.err) in ((0, ""), (1, "")), ran
    assert len(ran.json["diagnostics"]) == len(found)
    # What opened is in its one spelling: it can be saved, and says the same when it is opened again.
    data = storage.packed(proposal, "test")
    path.write_bytes(data)
    assert storage.packed(storage.read(path, shelf).proposal, "test") == data
    return True


def test_the_draft_itself_opens(tmp_path: Path, shelf: Shelf, sound: dict[str, bytes]) -> None:
    (tmp_path / "a.kjxm").write_bytes(with_changes(sound, []))
    assert look_at_it(tmp_path / "a.kjxm", shelf)


CHANGES = st.lists(
    st.tuples(st.sampled_from([PROPOSAL, PROPOSAL, PROPOSAL, NOTES, MANIFEST]), st.integers(0, 100_000), VALUES),
    min_size=1,
    max_size=3,
)


def test_any_value_at_any_place_is_refused_by_name_or_borne(
    tmp_path: Path, shelf: Shelf, sound: dict[str, bytes]
) -> None:
    path = tmp_path / "a.kjxm"
    ended: set[bool] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(CHANGES)
    @example([(NOTES, 0, [])])
    @example([(PROPOSAL, 0, {})])
    @example([(PROPOSAL, 1, 1)])
    def swap(changes: list[Change]) -> None:
        path.write_bytes(with_changes(sound, changes))
        ended.add(look_at_it(path, shelf))

    swap()
    assert ended == {True, False}


OF_EACH_TYPE: list[Json] = [None, True, 7, "12\n", "文", [], ["文"], [{"id": "a"}], {}, {"id": "a"}]


@pytest.mark.parametrize("part", [NOTES, MANIFEST])
def test_every_place_of_notes_and_manifest_bears_every_type(
    tmp_path: Path, shelf: Shelf, sound: dict[str, bytes], part: str
) -> None:
    path = tmp_path / "a.kjxm"
    known = [place for place in places(json.loads(sound[part]))[1:] if not place.startswith("/parts/")]
    borne = 0
    for at in range(len(known)):
        for value in OF_EACH_TYPE:
            path.write_bytes(with_changes(sound, [(part, at, value)]))
            proposal = opened(path, shelf)
            if proposal is not None:
                storage.packed(proposal, "test")
                borne += 1
    assert borne
