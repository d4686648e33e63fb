from collections.abc import Mapping
from typing import Any

def PDFName(data: str) -> str: ...

class PDFDictionary:
    dict: dict[str, Any]
    def __init__(self, dict: Mapping[str, Any] | None = None) -> None: ...

class PDFStream:
    dictionary: PDFDictionary
    def __init__(self, dictionary: PDFDictionary | None = None, content: bytes | None = None) -> None: ...
    def format(self, document: Any) -> bytes: ...

class PDFImageXObject:
    name: str
    width: int
    height: int
    def __init__(self, name: str) -> None: ...
    def format(self, document: Any) -> bytes: ...
