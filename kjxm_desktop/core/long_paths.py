"""Paths longer than Windows takes by itself."""

from __future__ import annotations

import os

_LONG = 200
"""Windows stops at 260 characters; a temporary name beside the file may be longer than its own."""


def reachable(path: str, *, windows: bool = os.name == "nt") -> str:
    r"""Return an absolute `path`, as `os.path.realpath` gives it, in a form that may be of any length.

    On Windows `\\?\` in front lifts the limit; elsewhere there is none to lift.
    """
    if not windows or len(path) < _LONG or path.startswith("\\\\?\\"):
        return path
    return "\\\\?\\UNC\\" + path[2:] if path.startswith("\\\\") else "\\\\?\\" + path
