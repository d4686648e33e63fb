"""The samples of every format of the draft there ever was, in `tests/data/formats`, and how one is made.

`python -m tests.core.format_samples` writes the sample of today's format, and one of a format far ahead, where they are
missing. A sample is written once, by the program of its time, and never again: old drafts do not change either.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core import migration, pictures, rich_text, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from tests.core import small_call

FOLDER = Path(__file__).parents[1] / "data" / "formats"
AHEAD = 999
LETTER = b"%PDF-1.4 a letter of a firm that does not exist"


def sample(told: int) -> Path:
    """Return the file of a format."""
    return FOLDER / f"format-{told}.kjxm"


def answers(told: int) -> Path:
    """Return the file that tells, as JSON, what the sample of a format says: its answers and notes."""
    return FOLDER / f"format-{told}.json"


def make() -> Proposal:
    """Return the proposal that the samples hold: a value of each kind, and things that only a later program knows."""
    calls = Path(__file__).parents[1] / "calls"
    call = Shelf(paths.schemas(), [calls]).get("agri-service-2026")
    picture = pictures.normalise(small_call.photograph(), "苗.jpg")
    letter = hashlib.sha256(LETTER).hexdigest()
    made = Proposal(call, {}, {picture.sha256: picture.data, letter: LETTER})
    made.doc_id = "0b7f3c1e-6f0a-4d58-9f5b-2f6f3a1c9d10"
    made.revision = 12
    made.data = {
        "honest": {"true_words": True, "signed": "2026-03-01"},
        "cost": {
            "asked": "2.50",
            "spendings": [{"id": "k3j2mnpq", "what": "滴灌带", "pieces": "3", "sum": "0.30", "later_column": "x"}],
        },
        "thing": {
            "one_line": "盐碱地“种葵”—𠮷",
            "words": ["葵花", "滴灌"],
            "trouble": "第一行\n第二行",
            "steps": rich_text.normalise(
                [
                    {"type": "paragraph", "runs": [{"text": "浇水 H"}, {"text": "2", "sub": True}, {"text": "O"}]},
                    {"type": "picture", "media": picture.sha256, "caption": "出苗"},
                ]
            ),
            "later_answer": {"of": ["a later program", 1, True, None]},
        },
        "who": {"name": "示例人", "portrait": {"media": picture.sha256, "caption": "示例"}},
        "proof": {"contract": {"name": "合同.pdf", "media": letter}},
        "later_section": {"text": "以后的章节"},
    }
    made.notes = {**made.notes, "done": ["thing"], "later_note": {"by": "a later program"}}
    return made


def _ahead(draft: bytes) -> bytes:
    """Return a draft that tells it is of a format far ahead, and otherwise the same."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(draft)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == storage.MANIFEST:
                content = json.dumps({**json.loads(content), "format": AHEAD, "min_reader": AHEAD}).encode("utf-8")
            new.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), content, entry.compress_type)
    return target.getvalue()


def main() -> None:
    """Write what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    today = sample(migration.FORMAT)
    if not today.exists():
        made = make()
        storage.write(today, made, program="kjxm-desktop sample")
        today.chmod(0o644)
        told = json.dumps({"data": made.data, "notes": made.notes}, ensure_ascii=False, indent=1, sort_keys=True)
        answers(migration.FORMAT).write_text(told + "\n", encoding="utf-8")
    if not sample(AHEAD).exists():
        sample(AHEAD).write_bytes(_ahead(today.read_bytes()))


if __name__ == "__main__":
    main()
