"""How a validator with words of one's own is made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

def extend(
    validator: type[Validator],
    validators: Mapping[str, Callable[[Any, Any, Any, Any], Iterator[ValidationError]]] = ...,
) -> type[Validator]: ...
