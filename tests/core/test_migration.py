"""Drafts of older formats are brought to today's step by step; newer ones are left alone."""

import pytest

from kjxm_desktop.core import migration
from kjxm_desktop.errors import KjxmError


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
