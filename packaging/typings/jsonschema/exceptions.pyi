"""What a validator finds."""

from collections import deque
from collections.abc import Iterable
from typing import Any

class ValidationError(Exception):
    def __init__(self, message: str) -> None: ...
    @property
    def absolute_path(self) -> deque[str | int]: ...
    validator: str
    validator_value: Any
    instance: Any
    schema: Any
    message: str

def best_match(errors: Iterable[ValidationError]) -> ValidationError | None: ...
