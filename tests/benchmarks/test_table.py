"""The statistics of the benchmarks: a table of ratios is worth as much as they are."""

from __future__ import annotations

import pytest

from tests.benchmarks.table import HEAD, PAIRS, Pairs, Row, interleaved, percentile, quartile_spread, row_of, table


def test_the_ratio_is_the_median_of_the_pairs_so_that_a_slow_moment_falls_out() -> None:
    pairs = Pairs((20.0, 200.0, 21.0), (10.0, 100.0, 10.0))
    assert pairs.ratio == 2.0


def test_a_row_tells_the_medians_of_both_sides() -> None:
    row = row_of("start", "ms", Pairs((30.0, 10.0, 20.0), (5.0, 9.0, 7.0)), 2.5)
    assert (row.measured, row.reference, row.ratio) == (20.0, 7.0, pytest.approx(20 / 7))


def test_the_noise_is_the_quartile_spread_of_the_reference() -> None:
    assert Pairs((1.0,) * 5, (8.0, 9.0, 10.0, 11.0, 12.0)).noise == pytest.approx(0.2)
    assert quartile_spread([7.0] * 4) == 0
    assert quartile_spread([7.0]) == 0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(200, 0, -1)]
    assert percentile(values, 99) == 198
    assert percentile(values, 50) == 100
    assert percentile(values, 100) == 200
    assert percentile([3.0], 99) == 3


def test_pairs_are_taken_in_turns_and_the_first_pair_only_warms_up() -> None:
    order: list[str] = []
    numbers = iter(range(100))

    def taken(name: str) -> int:
        order.append(name)
        return next(numbers)

    pairs = interleaved(lambda: taken("ours"), lambda: taken("theirs"), 3)
    assert order == ["ours", "theirs", "ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert pairs == [(2, 3), (5, 4), (6, 7)]


def test_a_row_is_a_median_of_seven_pairs_when_nobody_says_otherwise() -> None:
    assert len(interleaved(lambda: 1, lambda: 2)) == PAIRS == 7


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (Row("start", "ms", 500, 200, 2.5, bound=2.5), True),
        (Row("start", "ms", 510, 200, 2.55, bound=2.5), False),
        (Row("key30", "ms", 8.0, 1.0, 8.0, bound=8, bounded="measured"), True),
        (Row("key30", "ms", 8.1, 8.1, 1.0, bound=8, bounded="measured"), False),
        (Row("check", "ms", 8.1, 8.1, 1.0), None),
    ],
)
def test_a_bound_holds_up_to_its_value_and_rows_without_one_inform(row: Row, holds: bool | None) -> None:
    assert row.holds is holds


def test_the_table_names_everything_a_reader_needs() -> None:
    told = table(
        [
            Row("start", "ms", 712.4, 310.2, 2.3, 0.04, 2.5),
            Row("key30", "ms", 9.134, 1.05, 8.7, 0.1, 8, "measured", ("p99 of 420 keys",)),
            Row("check", "ms", 1234.0),
        ]
    ).splitlines()
    assert told[0].split() == list(HEAD)
    assert told[2].split() == ["start", "712", "ms", "310", "ms", "2.30×", "≤", "2.5×", "yes", "4%"]
    assert told[3].split() == ["key30", "9.13", "ms", "1.05", "ms", "8.70×", "≤", "8", "ms", "NO", "10%"]
    assert told[4].split() == ["check", "1,234", "ms"]
    assert told[5] == "key30: p99 of 420 keys"
