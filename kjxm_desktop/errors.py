"""The one exception for everything that may go wrong in the world outside the code."""

from __future__ import annotations


class KjxmError(Exception):
    """An expected failure: a key of `resources/strings/*/errors.json` and what fills its blanks.

    Raised early, caught only where a user's action starts, shown as text by `strings.error`.
    What a person wrote wrongly into the form is a `Diagnostic`, never this.
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        """Return the key and the parameters, for developers; users see `strings.error`."""
        return f"{self.key} {self.params}" if self.params else self.key
