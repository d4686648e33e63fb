"""What a reader has to say of a file that it took: what was left out, what to look at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """A key of `resources/strings/*/paste.json` and what fills its blanks; the window tells it, nothing is wrong."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])
