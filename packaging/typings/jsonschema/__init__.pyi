"""The part of jsonschema that the program uses: the package brings no types that pyright can follow."""

from jsonschema import exceptions as exceptions
from jsonschema import protocols as protocols
from jsonschema import validators as validators
from jsonschema.exceptions import ValidationError as ValidationError
from jsonschema.protocols import Validator

Draft202012Validator: type[Validator]
