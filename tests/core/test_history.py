"""Every moment that was kept comes back as it was; damage stays where it is, and nothing is mixed unnoticed."""

import collections
import io
import random
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop.core import atomic_file, history, history_records
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.errors import KjxmError

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))
SHA = "5e" * 32
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ANSWERS = st.dictionaries(
    st.sampled_from(["project", "team", "budget", "其他"]),
    st.dictionaries(st.sampled_from(["title", "text", "rows"]), TEXT | st.lists(TEXT, max_size=3), min_size=1),
    max_size=4,
)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "drafts" / "history"


@pytest.fixture
def small_segments(monkeypatch):
    monkeypatch.setattr(history, "SEGMENT_BYTES", 1500)
    monkeypatch.setattr(history, "WHOLE_EVERY_BYTES", 600)


def title(text, **others):
    return {"project": {"title": text}, **others}


def keep(kept, data, minutes=0, **options) -> Any:
    return kept.keep(data, NOW + timedelta(minutes=minutes), 1, **options)


def told(kept):
    """Return every moment that can be told, the earliest first, with its answers."""
    return [(moment.id, kept.answers_at(moment.id)) for moment in reversed(kept.moments())]


def refusal(kept, moment_id):
    with pytest.raises(KjxmError) as caught:
        kept.answers_at(moment_id)
    return caught.value.key


def segments(folder):
    return sorted(folder.glob("*.log"))


def test_a_moment_tells_when_it_was_and_which_sections_changed(folder):
    kept = History(folder)
    keep(kept, title("甲", team={"head": "乙"}))
    kept.keep(title("甲二", team={"head": "乙"}), NOW + timedelta(minutes=3), 7)
    moment = kept.moments()[0]
    assert (moment.at, moment.kind, moment.sections) == (NOW + timedelta(minutes=3), Kind.EDITED, ("project",))
    assert (moment.name, moment.revision) == ("", 7)


def test_the_answers_of_every_moment_come_back_and_the_latest_is_told_first(folder):
    kept = History(folder)
    for text in ("甲", "甲乙", "甲乙丙"):
        keep(kept, title(text))
    assert [kept.answers_at(moment.id) for moment in kept.moments()] == [title("甲乙丙"), title("甲乙"), title("甲")]


def test_nothing_is_kept_when_nothing_differs(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    assert keep(kept, title("甲")) is None
    assert keep(History(folder), title("甲")) is None
    assert len(kept.moments()) == 1


def test_values_that_python_calls_equal_are_told_apart(folder):
    kept = History(folder)
    keep(kept, {"project": {"agreed": 1}})
    assert keep(kept, {"project": {"agreed": True}}) is not None
    assert kept.answers_at(kept.moments()[0].id)["project"]["agreed"] is True


def test_a_section_that_went_is_told_and_gone(folder):
    kept = History(folder)
    keep(kept, title("甲", team={"head": "乙"}))
    moment = keep(kept, title("甲"))
    assert moment.sections == ("team",)
    assert kept.answers_at(moment.id) == title("甲")


def test_an_opening_is_kept_though_nothing_differs_and_stands_for_all(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    moment = keep(kept, title("甲"), kind=Kind.OPENED)
    assert (moment.kind, moment.sections) == (Kind.OPENED, ())
    assert kept.answers_at(moment.id) == title("甲")


def test_another_object_goes_on_where_the_first_one_left(folder):
    keep(History(folder), title("甲"))
    keep(History(folder), title("乙"))
    assert [answers for _, answers in told(History(folder))] == [title("甲"), title("乙")]
    assert len(segments(folder)) == 1


def test_a_reader_sees_what_is_kept_while_it_reads(folder):
    writer, reader = History(folder), History(folder)
    assert reader.moments() == []
    keep(writer, title("甲"))
    assert len(reader.moments()) == 1
    keep(writer, title("乙"))
    assert [moment.id for moment in reader.moments()] == ["1.2", "1.1"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(ANSWERS, max_size=12), opened=st.sets(st.integers(0, 11)), again=st.sets(st.integers(0, 11)))
def test_any_sequence_of_answers_comes_back_at_every_moment(tmp_path_factory, states, opened, again):
    folder = tmp_path_factory.mktemp("history")
    kept, expected = History(folder), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "SEGMENT_BYTES", 1500)
        patch.setattr(history, "WHOLE_EVERY_BYTES", 600)
        for at, state in enumerate(states):
            kept = History(folder) if at in again else kept
            moment = keep(kept, state, at, kind=Kind.OPENED if at in opened else Kind.EDITED)
            expected += [(moment.id, state)] if moment is not None else []
    assert told(History(folder)) == expected == told(kept)


def _log(folder):
    """Keep a few moments in one segment and return its file and where each of its records ends."""
    kept, ends = History(folder), []
    for at in range(6):
        keep(kept, title("题" * at + "目", team={"head": f"人{at // 2}"}), at)
        ends.append(segments(folder)[0].stat().st_size)
    return segments(folder)[0], ends


def test_a_segment_cut_at_any_byte_keeps_the_moments_before_and_goes_on(folder):
    file, ends = _log(folder)
    whole, before = file.read_bytes(), told(History(folder))
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        survived = before[: sum(end <= cut for end in ends)]
        assert told(History(folder)) == survived, cut
        if cut % 37 == 0:
            moment = keep(History(folder), title(f"以后 {cut}"), 60)
            after = told(History(folder))
            assert after == [*survived, (moment.id, title(f"以后 {cut}"))], cut
            for other in segments(folder)[1:]:
                other.unlink()


def test_a_flipped_bit_is_never_taken_for_an_answer(folder, monkeypatch):
    monkeypatch.setattr(history, "WHOLE_EVERY_BYTES", 600)
    file, ends = _log(folder)
    whole, before = file.read_bytes(), dict(told(History(folder)))
    for at in range(0, len(whole), 5):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        found = dict(told(History(folder)))
        assert found.items() <= before.items(), at
        assert len(found) >= sum(end <= at for end in ends), at


def test_after_damage_the_moments_from_the_next_whole_answers_on_are_told(folder, monkeypatch):
    monkeypatch.setattr(history, "WHOLE_EVERY_BYTES", 600)
    file, ends = _log(folder)
    before = told(History(folder))
    raw = bytearray(file.read_bytes())
    raw[ends[0] + 40] ^= 1
    file.write_bytes(raw)
    after = told(History(folder))
    assert after[0] == before[0]
    assert after[-1] == before[-1]
    assert 2 <= len(after) < len(before)
    assert refusal(History(folder), before[2][0]) == "history.damaged"


def test_a_damaged_segment_does_not_hide_the_others(folder, small_segments):
    kept = History(folder)
    for at in range(40):
        keep(kept, title(f"题目 {at}" * 10), at)
    before = told(History(folder))
    damaged = segments(folder)[1]
    damaged.write_bytes(b"\0" * damaged.stat().st_size)
    after = told(History(folder))
    assert [entry for entry in before if not entry[0].startswith("2.")] == after
    assert len(after) < len(before)


def test_a_segment_that_is_full_is_followed_by_one_that_needs_no_other(folder, small_segments):
    kept = History(folder)
    for at in range(40):
        keep(kept, title(f"题目 {at}" * 10), at)
    last = told(History(folder))[-1]
    for file in segments(folder)[:-1]:
        file.unlink()
    assert len(segments(folder)) == 1
    assert told(History(folder))[-1] == last


def test_a_disk_that_fills_up_keeps_what_was_kept_and_goes_on_later(folder, monkeypatch):
    kept = History(folder)
    keep(kept, title("甲"))
    write = atomic_file.os.write
    calls = []

    def half(descriptor, data):
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(atomic_file.os, "write", half)
        with pytest.raises(KjxmError, match=r"storage\.full"):
            keep(kept, title("乙"))
    assert [answers for _, answers in told(History(folder))] == [title("甲")]
    assert history_records.scan(segments(folder)[0].read_bytes())[1]
    keep(kept, title("丙"))
    assert [answers for _, answers in told(kept)] == [title("甲"), title("丙")]
    assert len(segments(folder)) == 1


def test_a_failed_sync_is_a_failed_keeping(folder, monkeypatch):
    kept = History(folder)
    keep(kept, title("甲"))

    def fail(_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(atomic_file.os, "fsync", fail)
        with pytest.raises(KjxmError, match=r"storage\.disk"):
            keep(kept, title("乙"))
    assert [answers for _, answers in told(kept)] == [title("甲")]


def test_nobody_else_can_read_it(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    kept.name(title("甲"), "初稿", NOW, 1)
    for path in (folder.parent, folder, *folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_typing_costs_the_history_little_more_than_what_was_typed(folder):
    kept, text = History(folder), "项目的研究目标是" * 2000
    keep(kept, title(text))
    before = segments(folder)[0].stat().st_size
    for at in range(50):
        text = text[:9000] + chr(0x4E00 + at) + text[9000:]
        keep(kept, title(text))
    assert segments(folder)[0].stat().st_size - before < 50 * 500


# ---- named versions


def test_a_named_version_stands_where_it_was_made_until_it_is_forgotten(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    named = kept.name(title("甲"), "  送审\n稿 ", NOW, 3)
    keep(kept, title("乙"))
    assert [moment.id for moment in kept.moments()] == ["1.2", named.id, "1.1"]
    assert (named.kind, named.sections, named.name) == (Kind.NAMED, (), "送审 稿")
    assert kept.answers_at(named.id) == title("甲")
    kept.forget(named.id)
    assert [moment.id for moment in kept.moments()] == ["1.2", "1.1"]
    assert refusal(kept, named.id) == "history.missing"


def test_a_version_named_before_anything_was_kept_comes_first(folder):
    kept = History(folder)
    named = kept.name({}, "空白", NOW, 0)
    keep(kept, title("甲"))
    assert [moment.id for moment in kept.moments()] == ["1.1", named.id]
    assert kept.answers_at(named.id) == {}


def test_a_version_needs_a_name(folder):
    with pytest.raises(KjxmError, match=r"history\.name"):
        History(folder).name(title("甲"), " \n", NOW, 1)


@pytest.mark.parametrize("moment_id", ["1.1", "v-00000000", "", "../../x", "1.²", "v-../../xx", "1.1.1", "9" * 50])
def test_only_a_named_version_is_forgotten_and_an_unknown_moment_is_missing(folder, moment_id):
    kept = History(folder)
    keep(kept, title("甲"))
    with pytest.raises(KjxmError, match=r"history\.missing"):
        kept.forget(moment_id)
    assert moment_id == "1.1" or refusal(kept, moment_id) == "history.missing"


def test_a_damaged_version_hides_nothing_and_is_refused(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    named = kept.name(title("甲"), "初稿", NOW, 1)
    (folder / f"{named.id}.version").write_bytes(b"\0" * 400)
    assert [moment.id for moment in History(folder).moments()] == ["1.1"]
    assert refusal(kept, named.id) == "history.damaged"


# ---- media


def test_media_that_a_moment_names_are_told_until_nothing_needs_them(folder, small_segments):
    kept = History(folder)
    keep(kept, title("甲", figure={"media": SHA}))
    named = kept.name(title("甲", figure={"media": "ab" * 32}), "图", NOW, 1)
    assert kept.media_named() == {SHA, "ab" * 32}
    assert History(folder).media_named() == {SHA, "ab" * 32}
    for at in range(40):
        keep(kept, title(f"题目 {at}" * 10), at)
    kept.thin()
    assert kept.media_named() == {SHA, "ab" * 32}
    segments(folder)[0].unlink()
    kept.forget(named.id)
    assert kept.media_named() == set()


def test_a_name_of_a_picture_changed_in_one_digit_is_found(folder):
    kept = History(folder)
    for digit in "0123":
        keep(kept, {"project": {"figure": {"media": SHA[:30] + digit + SHA[31:]}}})
    assert kept.media_named() == {SHA[:30] + digit + SHA[31:] for digit in "0123"}


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.99])
def test_what_a_damaged_segment_names_is_not_taken_for_needed_by_nobody(folder, at):
    kept = History(folder)
    digests = [f"{number:064x}" for number in range(6)]
    keep(kept, title("甲", **{f"s{number}": {"media": digest} for number, digest in enumerate(digests)}))
    (segment,) = segments(folder)
    whole = segment.read_bytes()
    keep(kept, title("乙"), 1, kind=Kind.OPENED)
    for file in segments(folder):
        raw = bytearray(file.read_bytes())
        raw[int(len(whole) * at) % len(raw)] ^= 1
        file.write_bytes(raw)
    named = History(folder).media_named()
    assert len(named & set(digests)) >= len(digests) - 1  # a flipped bit within one digest hides that one


# ---- what is read


class _Counted(io.FileIO):
    """A file that tells into `read` how many bytes were read of which file."""

    def __init__(self, path, read):
        super().__init__(path)
        self._read, self._name = read, path.name

    def readinto(self, buffer, /):
        got = super().readinto(buffer)
        self._read[self._name] += got or 0
        return got

    def readall(self):
        raw = super().readall()
        self._read[self._name] += len(raw)
        return raw


@pytest.fixture
def read(monkeypatch):
    """Return how many bytes of each file are read from now on, by its name."""
    counted: collections.Counter[str] = collections.Counter()
    real = Path.open

    def counting(path, mode="r", *more, **options):
        return io.BufferedReader(_Counted(path, counted)) if mode == "rb" else real(path, mode, *more, **options)

    monkeypatch.setattr(Path, "open", counting)
    return counted


def test_the_first_keeping_reads_the_last_segment_and_no_other(folder, small_segments, read):
    _days(folder, 60)
    last = segments(folder)[-1]
    assert len(segments(folder)) > 5
    for text in ("甲", "乙"):
        read.clear()
        keep(again := History(folder), title(text))
        assert set(read) <= {last.name, segments(folder)[-1].name}
        assert sum(read.values()) <= 2 * history.SEGMENT_BYTES
        read.clear()
        keep(again, title(text * 2))
        assert not read


def test_the_media_named_are_read_from_heads_and_only_once(folder, read):
    kept = History(folder)
    noise = random.Random(1)
    for number in range(20):
        text = "".join(chr(noise.randrange(0x4E00, 0x9FA5)) for _ in range(30_000))
        keep(kept, title(text, figure={"media": f"{number:064x}"}), number)
    size = sum(file.stat().st_size for file in segments(folder))
    reader = History(folder)
    read.clear()
    assert len(reader.media_named()) == 20
    assert 0 < sum(read.values()) < size // 4
    read.clear()
    reader.media_named()
    assert not read
    keep(kept, title("甲", figure={"media": SHA}))
    assert SHA in reader.media_named()
    assert sum(read.values()) < 10_000


# ---- thinning


def _days(folder, count):
    kept = History(folder)
    for day in range(count):
        keep(kept, title(f"题目 {day}" * 60), day * 24 * 60)
    return kept


def test_segments_older_than_thirty_days_go_and_later_ones_stay(folder, small_segments):
    kept = _days(folder, 60)
    kept.name(title("甲"), "初稿", NOW, 1)
    kept.thin()
    found = [moment for moment in kept.moments() if moment.kind is Kind.EDITED]
    assert NOW + timedelta(days=20) <= found[-1].at <= NOW + timedelta(days=29)
    assert len(kept.moments()) == len(found) + 1
    assert kept.answers_at(found[-1].id)["project"]["title"].startswith("题目 ")


@pytest.mark.parametrize("wrong_days", [-1600, 365, 500])
def test_a_clock_that_was_wrong_for_whole_segments_deletes_nothing(folder, small_segments, wrong_days):
    kept = _days(folder, 20)
    for day in (*range(wrong_days, wrong_days + 5), *range(20, 25)):
        keep(kept, title(f"题目 {day}" * 60), day * 24 * 60)
        History(folder).thin()
    assert len(History(folder).moments()) == len(set(kept.moments())) == 30


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.just(0) | st.integers(-3000, 3000)), max_size=60))
def test_what_was_written_in_the_last_thirty_days_of_work_stays_whatever_the_clock_does(tmp_path_factory, days):
    folder = tmp_path_factory.mktemp("history")
    kept, worked, day = History(folder), [], 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "SEGMENT_BYTES", 300)
        patch.setattr(history, "WHOLE_EVERY_BYTES", 100)
        for number, (pause, wrong) in enumerate(days):
            day += pause
            text = f"第 {number} 天"
            keep(kept, title(text), (day + wrong) * 24 * 60)
            worked.append(text)
            kept.thin()
        left = {str(kept.answers_at(moment.id)["project"]["title"]) for moment in kept.moments()}
    assert left >= set(worked[-31:])


def test_a_draft_that_lay_for_a_year_loses_nothing(folder, small_segments):
    kept = _days(folder, 20)
    keep(kept, title("一年以后"), 400 * 24 * 60)
    kept.thin()
    assert len(kept.moments()) == 21


def test_the_oldest_segments_go_when_all_are_too_large_but_never_the_newest(folder, small_segments, monkeypatch):
    kept = _days(folder, 20)
    last = told(kept)[-1]
    monkeypatch.setattr(history, "KEPT_BYTES", 5000)
    kept.thin()
    assert sum(file.stat().st_size for file in segments(folder)) <= 5000
    monkeypatch.setattr(history, "KEPT_BYTES", 0)
    kept.thin()
    assert told(kept)[-1] == last
    assert len(segments(folder)) == 1


def _attachments(folder, count):
    """Keep a history in which one attachment takes the place of another; return it and their SHA-256."""
    kept, digests = History(folder), [f"{number:064x}" for number in range(count)]
    for number, digest in enumerate(digests):
        keep(kept, title("甲", file={"media": digest}), number)
        keep(kept, title("乙", file={"media": digest}), number)
    return kept, digests


def test_media_that_the_history_alone_needs_count_and_go_with_the_oldest(folder):
    kept, digests = _attachments(folder, 20)
    in_use = digests[-1]
    kept.thin({digest: 10_000_000 for digest in digests if digest != in_use})
    assert kept.media_named() == set(digests[-6:])
    assert len(kept.moments()) == 12
    kept.thin({digest: 10_000_000 for digest in digests if digest != in_use})
    assert kept.media_named() == set(digests[-6:])


def test_media_of_named_versions_and_of_the_draft_itself_cost_the_history_nothing(folder):
    kept, digests = _attachments(folder, 20)
    for digest in digests[:10]:
        kept.name(title("甲", file={"media": digest}), "附件", NOW, 1)
    kept.thin(dict.fromkeys(digests[:10], 10_000_000))
    assert len(kept.moments()) == 50
    kept.thin(dict.fromkeys(digests[:-1], 10_000_000))
    assert kept.media_named() == {*digests[:10], *digests[-6:]}


def test_how_the_draft_was_when_it_was_opened_stays_while_it_is_open(folder):
    kept, digests = _attachments(folder, 3)
    opened = keep(kept, title("乙", file={"media": digests[-1]}), kind=Kind.OPENED)
    for number in range(20):
        keep(kept, title(f"丙 {number}", file={"media": f"{number:064x}"[::-1]}))
    kept.thin(dict.fromkeys(kept.media_named(), 10_000_000), opened.id)
    assert kept.moments()[-1].id == "3.1"  # the segment that holds the moment, whole
    assert kept.answers_at(opened.id) == title("乙", file={"media": digests[-1]})


def test_a_removed_attachment_begins_a_segment_and_another_added_does_not(folder):
    kept = History(folder)
    keep(kept, title("甲"))
    keep(kept, title("甲", file=[{"media": "a" * 64}]))
    keep(kept, title("甲", file=[{"media": "a" * 64}, {"media": "b" * 64}]))
    assert len(segments(folder)) == 1
    keep(kept, title("甲", file=[{"media": "b" * 64}]))
    assert len(segments(folder)) == 2
    keep(kept, title("甲"))
    assert len(segments(folder)) == 3
    assert [answers.get("file", []) for _, answers in told(kept)][2:] == [
        [{"media": "a" * 64}, {"media": "b" * 64}],
        [{"media": "b" * 64}],
        [],
    ]


def test_moments_stand_in_the_order_in_which_they_were_kept_whatever_the_clock_said(folder):
    kept = History(folder)
    for minutes in (50, -900, 10):
        keep(kept, title(f"{minutes}"), minutes)
    assert [kept.answers_at(moment.id) for moment in kept.moments()] == [title("10"), title("-900"), title("50")]
