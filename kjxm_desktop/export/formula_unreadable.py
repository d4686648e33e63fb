"""A source of a formula that cannot be read."""

from __future__ import annotations


class Unreadable(Exception):  # noqa: N818 - it is what a source is, and no fault of the program
    """A source that cannot be read; `piece` is the part of it that says why."""

    def __init__(self, piece: str) -> None:
        super().__init__(piece)
        self.piece = piece
