"""Places in a text as Qt counts them, in UTF-16 units, and as we do, in characters: 𠮷 is two of theirs."""

from __future__ import annotations


def units(text: str) -> int:
    """Return how many units `text` is to Qt."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def before(text: str, at: int) -> str:
    """Return the characters of `text` that stand before unit `at`."""
    if text.isascii():
        return text[:at]
    return text.encode("utf-16-le", "surrogatepass")[: 2 * at].decode("utf-16-le", "replace")
