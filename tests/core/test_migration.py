"""Drafts of every format there ever was are opened, older ones step by step; newer ones are left alone."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import migration, storage
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.draft_file import DraftFile
from kjxm_desktop.errors import KjxmError
from tests.core import format_samples

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))
PROGRAM = "kjxm-desktop test"


@pytest.fixture
def shelf():
    return Shelf(paths.schemas())


def told_of(number):
    return json.loads(format_samples.answers(number).read_text("utf-8"))


@pytest.fixture
def newer_program(monkeypatch):
    """Make the program one that writes format 2, in which one answer reads otherwise."""
    migrate = migration.migrate

    def renamed(data):
        thing = dict(data["thing"])
        return {**data, "thing": {**thing, "one_line": "概述：" + thing["one_line"]}}

    monkeypatch.setattr(migration, "FORMAT", 2)
    monkeypatch.setattr(migration, "migrate", lambda told, data: migrate(told, data, {1: renamed}, today=2))


def test_data_of_today_passes_unchanged():
    data = {"project": {"title": "甲"}}
    assert migration.migrate(migration.FORMAT, data) is data


def test_each_step_runs_once_in_turn():
    steps = {1: lambda data: {**data, "one": 1}, 2: lambda data: {**data, "two": data["one"] + 1}}
    assert migration.migrate(1, {}, steps, today=3) == {"one": 1, "two": 2}
    assert migration.migrate(2, {"one": 5}, steps, today=3) == {"one": 5, "two": 6}


def test_every_older_format_has_its_step():
    assert set(migration.STEPS) == set(range(1, migration.FORMAT))


@pytest.mark.parametrize(("told", "min_reader"), [(999, 1), (1, 999), (999, 999), (2, 2)])
def test_a_newer_format_is_refused_and_named(told, min_reader):
    with pytest.raises(KjxmError, match=r"draft\.newer") as caught:
        migration.check_readable(told, min_reader)
    assert caught.value.params["needs"] == max(told, min_reader)


def test_todays_format_is_read():
    migration.check_readable(migration.FORMAT, migration.MIN_READER)


# ---- samples


def test_every_format_up_to_todays_has_its_sample():
    numbers = {
        int(found[1]) for file in format_samples.FOLDER.iterdir() if (found := re.match(r"format-(\d+)", file.name))
    }
    assert numbers == {*range(1, migration.FORMAT + 1), format_samples.AHEAD}


@pytest.mark.parametrize("number", range(1, migration.FORMAT + 1))
def test_the_sample_of_every_format_opens_with_every_answer(shelf, number):
    stored = storage.read(format_samples.sample(number), shelf)
    told = told_of(number)
    assert stored.proposal.data == migration.migrate(number, told["data"])
    assert stored.proposal.notes == told["notes"]
    assert stored.proposal.revision == 12
    assert stored.foreign_call
    assert set(stored.proposal.used_media()) == set(stored.proposal.media)
    assert len(stored.proposal.media) == 2


@pytest.mark.parametrize("number", range(1, migration.FORMAT + 1))
def test_what_is_unknown_in_a_sample_survives_opening_and_saving(shelf, tmp_path, number):
    stored = storage.read(format_samples.sample(number), shelf)
    storage.write(tmp_path / "again.kjxm", stored.proposal, program=PROGRAM)
    again = storage.read(tmp_path / "again.kjxm", shelf).proposal
    assert again.data["later_section"] == {"text": "以后的章节"}
    assert again.data["thing"]["later_answer"] == {"of": ["a later program", 1, True, None]}
    assert again.data["cost"]["spendings"][0]["later_column"] == "x"
    assert again.notes["later_note"] == {"by": "a later program"}


def test_a_sample_of_a_format_far_ahead_is_refused_untouched_and_named(shelf):
    file = format_samples.sample(format_samples.AHEAD)
    before = file.read_bytes(), file.stat().st_mtime_ns
    with pytest.raises(KjxmError, match=r"draft\.newer") as caught:
        storage.read(file, shelf)
    assert (caught.value.params["needs"], caught.value.params["known"]) == (format_samples.AHEAD, migration.FORMAT)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


# ---- an older draft in a newer program


def test_an_older_draft_is_migrated_when_opened_and_rewritten_at_the_next_save_alone(shelf, tmp_path, newer_program):
    file, kept = tmp_path / "甲.kjxm", Backups(tmp_path / "backups")
    original = format_samples.sample(1).read_bytes()
    file.write_bytes(original)
    stored = storage.read(file, shelf)
    assert stored.proposal.get("/thing/one_line") == "概述：盐碱地“种葵”—𠮷"
    assert file.read_bytes() == original
    draft = DraftFile(file, stored.sha256, 12, backups=kept, program=PROGRAM, conflict_name=lambda stem, _: stem)
    draft.save(stored.proposal, NOW)
    assert [backup.path.read_bytes() for backup in kept.all()] == [original]
    again = storage.read(file, shelf)
    assert again.proposal.data == stored.proposal.data
    assert again.proposal.revision == 13


def test_the_original_is_copied_before_the_file_is_rewritten(shelf, tmp_path, newer_program, monkeypatch):
    file, kept = tmp_path / "甲.kjxm", Backups(tmp_path / "backups")
    original = format_samples.sample(1).read_bytes()
    file.write_bytes(original)
    stored = storage.read(file, shelf)
    draft = DraftFile(file, stored.sha256, 12, backups=kept, program=PROGRAM, conflict_name=lambda stem, _: stem)
    copy_first = Backups.keep

    def killed_after_the_copy(*arguments):
        copy_first(*arguments)
        raise SystemExit

    monkeypatch.setattr(Backups, "keep", killed_after_the_copy)
    with pytest.raises(SystemExit):
        draft.save(stored.proposal, NOW)
    assert file.read_bytes() == original
    assert [backup.path.read_bytes() for backup in kept.all()] == [original]


def test_a_step_that_fails_leaves_the_file_as_it_was(shelf, tmp_path, monkeypatch):
    file = tmp_path / "甲.kjxm"
    original = format_samples.sample(1).read_bytes()
    file.write_bytes(original)

    def fail(*_):
        raise SystemExit

    monkeypatch.setattr(migration, "migrate", fail)
    with pytest.raises(SystemExit):
        storage.read(file, shelf)
    assert file.read_bytes() == original
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_the_older_program_refuses_what_the_newer_one_saved(shelf, tmp_path, monkeypatch):
    stored = storage.read(format_samples.sample(1), shelf)
    with monkeypatch.context() as patch:
        patch.setattr(migration, "FORMAT", 2)
        patch.setattr(migration, "MIN_READER", 2)
        storage.write(tmp_path / "甲.kjxm", stored.proposal, program=PROGRAM)
    with pytest.raises(KjxmError, match=r"draft\.newer"):
        storage.read(tmp_path / "甲.kjxm", shelf)
