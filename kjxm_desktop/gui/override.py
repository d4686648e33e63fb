"""The mark of methods that Qt calls: `typing.override`, which Python 3.11 does not have yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method: Callable[..., object]) -> Callable[..., object]:
        """Return the method as it is; type checkers see that it overrides one."""
        return method


__all__ = ["override"]
