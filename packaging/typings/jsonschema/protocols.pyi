"""What every validator can do."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from referencing import Registry

class Validator:
    def __init__(self, schema: Mapping[str, Any], registry: Registry[Any] = ...) -> None: ...
    def iter_errors(self, instance: Any) -> Iterator[ValidationError]: ...
    def is_valid(self, instance: Any) -> bool: ...
    @classmethod
    def check_schema(cls, schema: Mapping[str, Any]) -> None: ...
