"""What is written under torture: answers that tell their own number, so that whatever is read can be judged alone."""

from __future__ import annotations

import hashlib
import io
import random
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, pictures
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal

DOC_ID = "7c0d1f5e-5d0a-4b8e-9a53-1f3f0c6a2b11"
PROGRAM = "kjxm-desktop torture"
NOW = clock.read("2024-06-10T10:00")
TITLE, SUMMARY, NOTES, LINES = "/project/title", "/summary/text", "/budget/notes", "/budget/lines"
CHARACTERS = 4_000
_NUMBER = re.compile("第 ([0-9]+) 稿")
_PICTURES = 3


@cache
def call() -> Call:
    """Return the call that is answered."""
    return calls.load(paths.schemas() / "kjxm-sjtu-2024")


@cache
def shelf() -> Shelf:
    """Return the calls that are installed."""
    return Shelf(paths.schemas())


@cache
def picture(number: int) -> bytes:
    """Return one of a few small pictures, as the normaliser leaves it."""
    from PIL import Image

    noise = random.Random(number).randbytes(32 * 32 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (32, 32), noise).save(out, "PNG")
    return pictures.normalise(out.getvalue(), "picture.png").data


@lru_cache(maxsize=64)
def answers(number: int, characters: int = CHARACTERS) -> Json:
    """Return the whole answers of draft `number`: some change with every number, some more seldom, one never."""
    shown = hashlib.sha256(picture(_picture_of(number))).hexdigest()
    block = {"type": "picture", "media": shown, "caption": "图"}
    summary = [*_paragraphs(f"摘要{number // 2}", characters // 4), block]
    return {
        "project": {"title": f"第 {number} 稿"},
        "summary": {"text": summary},
        "budget": {"lines": _lines(number), "notes": _paragraphs(f"说明{number}", characters)},
        "management": {"ai_use": _paragraphs("不变", characters // 4)},
    }


def _picture_of(number: int) -> int:
    return number // 4 % _PICTURES


def _paragraphs(seed: str, characters: int) -> list[Json]:
    """Return text that no compression makes small, so that it takes its room on a disk."""
    signs = random.Random(seed)
    text = "".join(chr(signs.randrange(0x4E00, 0x9000)) for _ in range(characters))
    return [
        {"type": "paragraph", "runs": [{"text": seed + text[start : start + 200]}]}
        for start in range(0, len(text), 200)
    ]


def _lines(number: int) -> list[Json]:
    return [{"id": f"line{at}", "item": f"第 {number} 稿第 {at} 行", "amount": f"{number}.00"} for at in range(3)]


@dataclass(frozen=True)
class Place:
    """Where one tormented draft lives: its file, the working copies beside or in `home`, and how much text it has."""

    folder: Path
    characters: int = CHARACTERS
    home: Path | None = None

    @property
    def file(self) -> Path:
        """Return the file of the draft."""
        return self.folder / "申报书.kjxm"

    @property
    def drafts(self) -> Path:
        """Return the folder of the working copies."""
        return (self.home or self.folder) / "drafts"

    @property
    def own(self) -> Path:
        """Return the folder of the working copy of this draft."""
        return self.drafts / DOC_ID

    @property
    def history(self) -> Path:
        """Return the folder of its history."""
        return self.own / "history"

    def temporaries(self) -> list[Path]:
        """Return the temporary files that stand there."""
        return sorted({path for folder in (self.folder, self.drafts.parent) for path in folder.rglob(".~*.tmp")})

    def proposal(self, number: int) -> Proposal:
        """Return draft `number` with its picture."""
        proposal = Proposal(call(), answers(number, self.characters), {})
        proposal.add_media(picture(_picture_of(number)))
        proposal.doc_id, proposal.revision = DOC_ID, number
        return proposal

    def number_of(self, data: Json) -> int | None:
        """Return which draft `data` is; None when it is none of ours, however much it looks like one."""
        title = data.get("project", {}).get("title", "") if isinstance(data, dict) else ""
        found = _NUMBER.fullmatch(title) if isinstance(title, str) else None
        if found is None or data != answers(int(found[1]), self.characters):
            return None
        return int(found[1])
