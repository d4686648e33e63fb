"""No clock, however wrong, makes what was written lately look old."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core.days_of_work import LONGEST_PAUSE, ages

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))
STEPS = st.lists(
    st.tuples(
        st.integers(0, 40),  # days until somebody works again
        st.integers(1, 3),  # moments on that day
        st.none() | st.integers(-3000, 3000),  # by how many days the clock is wrong from then on
    ),
    max_size=60,
)


def test_every_day_of_work_counts_once_and_a_day_without_does_not():
    hours = [0, 1, 24, 25, 24 * 9]
    assert ages([NOW + timedelta(hours=at) for at in hours]) == [2, 2, 1, 1, 0]
    assert ages([]) == []


def test_a_clock_set_to_another_year_and_back_counts_nothing():
    days = [0, 1, -1500, -1499, 2, 400, 3]
    assert ages([NOW + timedelta(days=at) for at in days]) == [2, 1, 1, 0, 0, 0, 0]


def test_a_clock_that_goes_to_and_fro_between_two_days_counts_one():
    assert ages([NOW + timedelta(days=at % 2) for at in range(50)])[0] == 1


@given(STEPS)
def test_an_age_is_at_most_the_days_of_work_and_one_for_each_time_the_clock_was_set_ahead_a_little(steps):
    times: list[datetime] = []
    days: list[int] = []
    little: list[int] = []  # the places before which the clock was set ahead by less than it takes to be noticed
    day, wrong = 0, 0
    for pause, moments, new_wrong in steps:
        day += pause
        before, wrong = wrong, wrong if new_wrong is None else new_wrong
        if before != wrong and times:
            step = NOW + timedelta(days=day + wrong) - times[-1]
            little += [len(times)] if timedelta(0) < step <= LONGEST_PAUSE else []
        for minute in range(moments):
            times.append(NOW + timedelta(days=day + wrong, minutes=minute))
            days.append(day)
    for at, age in enumerate(ages(times)):
        worked = len({later for later in days[at:] if later != days[at]})
        assert age <= worked + sum(at < place for place in little)
