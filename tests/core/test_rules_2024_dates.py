"""2024 call, time: the deadline (R24), pairs of months (S03) and the period of the project (S03b)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kjxm_desktop.core.clock import BEIJING
from kjxm_desktop.core.validation import validate
from tests.core.rules_2024 import (
    AFTER,
    BEFORE,
    CALL,
    COMPLETE,
    CONSULTING,
    assert_found,
    edited,
    error,
    found,
    gap,
    warning,
    with_,
    without,
)

INDICATORS, MILESTONES, PROJECTS = "/outcomes/indicators", "/schedule/milestones", "/foundation/leader_projects"
R24 = warning("R24", "", "三")

# --- R24 ------------------------------------------------------------------------------------------------------------


def _zone(hours):
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    "now",
    [
        datetime(2024, 5, 20, tzinfo=BEIJING),
        datetime(2024, 6, 20, 0, 0, tzinfo=BEIJING),
        datetime(2024, 6, 20, 23, 59, 59, 999999, tzinfo=BEIJING),
        datetime(2024, 6, 20, 15, 59, 59, tzinfo=UTC),
        datetime(2024, 6, 21, 3, 59, 59, tzinfo=_zone(12)),
        datetime(2024, 6, 21, 0, 59, 59, tzinfo=_zone(9)),
        datetime(2024, 6, 20, 8, 59, 59, tzinfo=_zone(-7)),
    ],
    ids=lambda now: now.isoformat(),
)
def test_up_to_the_end_of_the_last_day_nothing_is_said(now):
    assert_found(COMPLETE, now=now)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2024, 6, 21, 0, 0, tzinfo=BEIJING),
        datetime(2024, 6, 21, 12, 0, tzinfo=BEIJING),
        datetime(2024, 6, 20, 16, 0, tzinfo=UTC),
        datetime(2024, 6, 21, 4, 0, tzinfo=_zone(12)),
        datetime(2024, 6, 20, 9, 0, tzinfo=_zone(-7)),
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
    ids=lambda now: now.isoformat(),
)
@pytest.mark.parametrize("base", [COMPLETE, CONSULTING], ids=["key_tech", "consulting"])
def test_once_the_last_day_is_over_the_whole_gets_a_warning_that_never_blocks(now, base):
    assert_found(base, R24, now=now)


def test_the_warning_on_the_whole_comes_first_and_has_no_section():
    first = validate(CALL, without("/project/title"), AFTER)[0]
    assert (first.code, first.section) == ("R24", None)


@pytest.mark.parametrize("now", [BEFORE, AFTER], ids=["before", "after"])
def test_an_empty_draft_is_never_late(now):
    assert "R24" not in {item.code for item in found({}, now)}


def test_a_draft_just_begun_is_late_after_the_deadline():
    assert R24 in found({"project": {"title": "某题目"}}, AFTER)


# --- S03 ------------------------------------------------------------------------------------------------------------

PAIRS = ["/project/period", f"{MILESTONES}/0", f"{MILESTONES}/1", f"{PROJECTS}/0"]


@pytest.mark.parametrize("place", PAIRS)
def test_from_after_to_is_an_error_at_the_later_field(place):
    assert_found(edited({f"{place}/from": "2025-03", f"{place}/to": "2025-02"}), error("S03", f"{place}/to"))


@pytest.mark.parametrize("place", PAIRS[1:])
def test_from_and_to_in_one_month_pass(place):
    assert_found(edited({f"{place}/from": "2025-03", f"{place}/to": "2025-03"}))


def test_a_project_of_one_month_passes():
    edits = {f"{MILESTONES}/{row}/{end}": "2026-06" for row in (0, 1) for end in ("from", "to")}
    assert_found(edited({"/project/period/from": "2026-06", "/project/period/to": "2026-06", **edits}))


@pytest.mark.parametrize(("start", "end"), [("2019-12", "2020-01"), ("2019-09", "2019-10"), ("1999-12", "2020-01")])
def test_months_are_compared_across_years(start, end):
    assert_found(edited({f"{PROJECTS}/0/from": start, f"{PROJECTS}/0/to": end}))
    assert_found(edited({f"{PROJECTS}/0/from": end, f"{PROJECTS}/0/to": start}), error("S03", f"{PROJECTS}/0/to"))


@pytest.mark.parametrize("place", PAIRS)
@pytest.mark.parametrize("end", ["from", "to"])
def test_a_pair_with_one_end_open_is_the_gap_alone(place, end):
    assert_found(without(f"{place}/{end}"), gap("missing", f"{place}/{end}", blocks=False))


@pytest.mark.parametrize("place", PAIRS)
def test_a_month_that_cannot_be_read_is_its_only_finding(place):
    assert_found(with_(f"{place}/to", "2026.8"), error("format", f"{place}/to"))


# --- S03b -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "month", "trips"),
    [
        (f"{MILESTONES}/0/from", "2024-08", True),
        (f"{MILESTONES}/0/from", "2024-09", False),
        (f"{MILESTONES}/1/to", "2026-09", True),
        (f"{MILESTONES}/1/to", "2026-08", False),
        (f"{INDICATORS}/0/due", "2024-08", True),
        (f"{INDICATORS}/0/due", "2024-09", False),
        (f"{INDICATORS}/1/due", "2026-08", False),
        (f"{INDICATORS}/1/due", "2026-09", True),
        (f"{INDICATORS}/1/due", "2030-01", True),
    ],
)
def test_milestones_and_dues_lie_within_the_period(pointer, month, trips):
    assert_found(with_(pointer, month), *([warning("S03b", pointer)] if trips else []))


def test_each_month_outside_the_period_is_told_at_its_own_field():
    outside = {f"{INDICATORS}/0/due": "2027-01", f"{INDICATORS}/1/due": "2023-01", f"{MILESTONES}/1/to": "2027-02"}
    assert_found(edited(outside), *(warning("S03b", pointer) for pointer in outside))


def test_past_projects_of_the_leader_lie_where_they_like():
    assert_found(edited({f"{PROJECTS}/0/from": "2001-01", f"{PROJECTS}/0/to": "2031-01"}))


def test_without_a_period_nothing_lies_outside_it():
    data = edited({"/project/period": None, f"{INDICATORS}/0/due": "2040-01"})
    ends = [gap("missing", f"/project/period/{end}", blocks=False) for end in ("from", "to")]
    assert_found(data, *ends)
