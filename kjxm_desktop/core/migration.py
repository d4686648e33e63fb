"""How drafts of older formats become drafts of today's: one pure step for each format there ever was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

FORMAT: Final = 1
"""The format this program writes."""
MIN_READER: Final = 1
"""The oldest format a program must know to read what this one writes."""

STEPS: Final[Mapping[int, Callable[[Json], Json]]] = {}
"""The step from each older format to the next: takes the data, returns new data, touches no file. None so far."""


def check_readable(told: int, min_reader: int) -> None:
    """Raise KjxmError draft.newer, naming the format needed, unless a draft of format `told` can be read here."""
    if told > FORMAT or min_reader > FORMAT:
        raise KjxmError("draft.newer", needs=max(told, min_reader), known=FORMAT)


def migrate(told: int, data: Json, steps: Mapping[int, Callable[[Json], Json]] = STEPS, today: int = FORMAT) -> Json:
    """Return `data` of format `told` as data of format `today`, by each step in turn."""
    for older in range(told, today):
        data = steps[older](data)
    return data
