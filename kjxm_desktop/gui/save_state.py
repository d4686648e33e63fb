"""How safe everything typed is, and the words for it in the status bar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kjxm_desktop import strings
from kjxm_desktop.errors import KjxmError


class SaveKind(StrEnum):
    """What the status bar tells; its words are `gui_form.save.<value>`."""

    UNTOUCHED = "untouched"
    PENDING = "pending"
    KEPT = "kept"
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True)
class SaveState:
    """How safe everything typed is.

    `untouched` nothing was edited since opening · `pending` being stored just now · `kept` in the working copy of this
    computer, the file follows · `saved` in the file · `failed` not stored, for `reason`; tried again by itself.
    `at` is when it was last stored. `lacking`: it is stored, but its history or a backup is not, for that reason.
    """

    kind: SaveKind
    at: datetime | None = None
    reason: KjxmError | None = None
    named: bool = False
    lacking: KjxmError | None = None

    def words(self) -> str:
        """Return the sentence of the status bar."""
        words = self._words()
        if self.lacking is None:
            return words
        return strings.text("gui_form.save.lacking", saved=words, reason=strings.error(self.lacking).rstrip("。."))

    def _words(self) -> str:
        if self.reason is not None:
            return strings.text("gui_form.save.failed", reason=strings.error(self.reason).rstrip("。."))
        if self.at is None:
            return strings.text(f"gui_form.save.{self.kind}")
        unnamed = self.kind is SaveKind.KEPT and not self.named
        return strings.text(
            "gui_form.save.kept_unnamed" if unnamed else f"gui_form.save.{self.kind}", time=f"{self.at:%H:%M}"
        )
