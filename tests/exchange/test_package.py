"""Files that leave replace earlier ones together or not at all, and what reads otherwise than it was answered waits."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import atomic_file, clock
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import package, together
from kjxm_desktop.export.files import Made
from kjxm_desktop.export.self_check import Mismatch
from tests.export.conftest import AGRI, call_of

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=clock.BEIJING)
STEM = "农技小专项2026-未填-未填-未填"
OLD = {f"{STEM}.docx": b"old docx", f"{STEM}.pdf": b"old pdf"}
NEW = {"docx": b"PK new", "pdf": b"%PDF new"}
AMISS = (Mismatch("pdf", "/who/name", "text", "苗示例"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which both files were written before."""
    for name, data in OLD.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return how to say what the writers make and what the self-check finds in it."""

    def say(mismatches: tuple[Mismatch, ...] = (), files: dict[str, bytes] = NEW) -> None:
        told = Made(files, 1, (), "ABCD-EFGH-JKMN", mismatches)
        monkeypatch.setattr(package.export_files, "make", lambda *_, **__: told)

    say()
    return say


def export(to: Path) -> package.Exported:
    return package.export(
        Proposal(call_of(AGRI)), to, formats=("docx", "pdf"), draft=False, now=NOW, fonts=paths.fonts()
    )


def pack(to: Path) -> package.Package:
    return package.package(Proposal(call_of(AGRI)), to, draft=False, now=NOW, fonts=paths.fonts())


def inside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_both_files_are_replaced_and_nothing_is_left_beside_them(folder: Path, made: Callable[..., None]):
    assert [path.name for path in export(folder).paths] == list(OLD)
    assert inside(folder) == {f"{STEM}.docx": NEW["docx"], f"{STEM}.pdf": NEW["pdf"]}


def test_a_disk_that_knows_no_links_is_served_as_well(
    folder: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    export(folder)
    assert inside(folder) == {f"{STEM}.docx": NEW["docx"], f"{STEM}.pdf": NEW["pdf"]}


def failing(code: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


# --- failures ---------------------------------------------------------------------------------------------------------

STEPS = {
    "making the folder": (Path, "mkdir"),
    "opening": (Path, "open"),
    "syncing": (os, "fsync"),
    "reading again": (Path, "read_bytes"),
    "replacing": (Path, "replace"),
}


def fail_at(monkeypatch: pytest.MonkeyPatch, step: tuple[object, str], at: int, error: BaseException) -> list[int]:
    """Let the call of that number of `step` fail, and return a list that grows with every call."""
    owner, name = step
    real = getattr(owner, name)
    seen: list[int] = []

    def call(*given: object, **named: object) -> object:
        seen.append(len(seen))
        if len(seen) == at + 1:
            raise error
        return real(*given, **named)

    monkeypatch.setattr(owner, name, call)
    return seen


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_at_any_step_leaves_both_earlier_files(
    folder: Path, made: Callable[..., None], step: str, code: int
):
    call_of(AGRI)
    for at in range(20):
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KjxmError):
            seen = fail_at(patch, STEPS[step], at, OSError(code, os.strerror(code)))
            export(folder)
        if len(seen) <= at:
            assert at
            return
        assert inside(folder) == OLD
    pytest.fail("it never ends")


def test_a_full_disk_is_told_with_the_file_and_the_reason(
    folder: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Path, "replace", failing(errno.ENOSPC))
    with pytest.raises(KjxmError) as caught:
        export(folder)
    assert caught.value.key == "export.write_failed"
    assert caught.value.params["path"] == str(folder / f"{STEM}.docx")
    assert inside(folder) == OLD


@pytest.mark.parametrize("at", [0, 1])
def test_an_earlier_file_that_is_open_in_a_reader_is_named_and_both_stay(
    folder: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch, at: int
):
    waits: list[float] = []
    monkeypatch.setattr(atomic_file.time, "sleep", waits.append)
    held, replace = list(OLD)[at], Path.replace

    def replace_unless_held(self: Path, target: Path) -> Path:
        if target.name == held and not self.name.endswith(held):
            error = PermissionError(errno.EACCES, "sharing violation")
            error.winerror = 32  # type: ignore[attr-defined]  # Windows alone has it
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_unless_held)
    with pytest.raises(KjxmError) as caught:
        export(folder)
    assert (caught.value.key, caught.value.params["path"]) == ("export.target_busy", str(folder / held))
    assert sum(waits) < 6.4
    assert inside(folder) == OLD


def test_an_export_that_is_interrupted_leaves_both_earlier_files(
    folder: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    fail_at(monkeypatch, STEPS["replacing"], 1, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        export(folder)
    assert inside(folder) == OLD


def test_a_disk_without_links_or_room_for_a_copy_leaves_both_earlier_files(
    folder: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    monkeypatch.setattr(together.shutil, "copy2", failing(errno.ENOSPC))
    with pytest.raises(KjxmError):
        export(folder)
    assert inside(folder) == OLD


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import together
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    together.write(Path(sys.argv[1]), {"a.docx": bytes(90_000), "a.pdf": bytes(200_000)})
except KjxmError as error:
    print(error.key)
"""


def test_a_system_that_takes_no_more_leaves_both_earlier_files(tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(b"old")
    told = subprocess.run([sys.executable, "-c", _LIMITED, tmp_path], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "export.write_failed"
    assert inside(tmp_path) == {"a.docx": b"old"}


_KILLED = """
import os, signal, sys
from pathlib import Path
from kjxm_desktop.exchange import together
from kjxm_desktop.core import atomic_file
left = int(sys.argv[2])
def counted(real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call
os.fsync, os.link, os.unlink = counted(os.fsync), counted(os.link), counted(os.unlink)
Path.replace, Path.unlink, Path.open = counted(Path.replace), counted(Path.unlink), counted(Path.open)
together.write(Path(sys.argv[1]), {"a.docx": b"new" * 1000, "a.pdf": b"newer" * 1000})
"""


def test_a_kill_at_any_step_leaves_every_file_whole_and_its_litter_known(tmp_path: Path):
    wholes = {"a.docx": {b"old", b"new" * 1000}, "a.pdf": {b"older", b"newer" * 1000}}
    for at in range(40):
        folder = tmp_path / str(at)
        folder.mkdir()
        (folder / "a.docx").write_bytes(b"old")
        (folder / "a.pdf").write_bytes(b"older")
        ended = subprocess.run([sys.executable, "-c", _KILLED, folder, str(at)], check=False)
        for name, whole in wholes.items():
            assert (folder / name).read_bytes() in whole
        litter = [path for path in folder.iterdir() if path.name not in wholes]
        assert ended.returncode in (0, -9)
        if ended.returncode == 0:
            assert litter == []
            return
        atomic_file.remove_orphans(folder, max(path.stat().st_mtime for path in folder.iterdir()) + 4000)
        assert sorted(path.name for path in folder.iterdir()) == sorted(wholes)
    pytest.fail("it never ends")


def test_what_takes_the_place_of_nothing_goes_when_the_other_fails(
    tmp_path: Path, made: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    to = tmp_path / "new" / "folder"
    fail_at(monkeypatch, STEPS["replacing"], 1, OSError(errno.EIO, "broken"))
    with pytest.raises(KjxmError):
        export(to)
    assert list(tmp_path.iterdir()) == []


def test_what_a_disk_swallowed_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"short")
    with pytest.raises(OSError, match="error"):
        together.write_whole(tmp_path / "a", b"whole")


# --- what the self-check found ----------------------------------------------------------------------------------------


def test_files_that_read_otherwise_stand_beside_the_earlier_ones(folder: Path, made: Callable[..., None]):
    made(AMISS)
    told = export(folder)
    assert told.mismatches == AMISS
    assert [path.name for path in told.paths] == [f"{STEM}_未核对.docx", f"{STEM}_未核对.pdf"]
    assert inside(folder) == {**OLD, f"{STEM}_未核对.docx": NEW["docx"], f"{STEM}_未核对.pdf": NEW["pdf"]}


def test_they_are_replaced_by_the_next_that_read_otherwise_and_stay_when_one_is_sound(
    folder: Path, made: Callable[..., None]
):
    made(AMISS)
    export(folder)
    made(AMISS, {"docx": b"PK again", "pdf": b"%PDF again"})
    export(folder)
    assert (folder / f"{STEM}_未核对.pdf").read_bytes() == b"%PDF again"
    made()
    assert export(folder).mismatches == ()
    assert set(inside(folder)) == {*OLD, f"{STEM}_未核对.docx", f"{STEM}_未核对.pdf"}
    assert (folder / f"{STEM}.pdf").read_bytes() == NEW["pdf"]


def test_a_package_that_reads_otherwise_is_marked_on_its_folder_and_in_its_receipt_alone(
    tmp_path: Path, made: Callable[..., None]
):
    made(AMISS)
    told = pack(tmp_path)
    assert told.mismatches == AMISS
    assert told.folder == tmp_path / f"{STEM}_未核对"
    assert {name for name, _ in told.files} == {f"{STEM}.docx", f"{STEM}.pdf", f"{STEM}.eml", "回执.txt"}
    mail = message_from_bytes(told.eml.read_bytes(), policy=default)
    assert "未核对" not in str([part.get_filename() for part in mail.walk()]) + told.letter.body + told.letter.subject
    assert "有 1 处与填写内容对不上" in (told.folder / "回执.txt").read_text("utf-8-sig")


def test_a_sound_package_says_nothing_of_a_check(tmp_path: Path, made: Callable[..., None]):
    told = pack(tmp_path)
    assert told.folder == tmp_path / STEM
    assert "对不上" not in (told.folder / "回执.txt").read_text("utf-8-sig")
