from collections.abc import Callable, Sequence
from mmap import mmap

makeToUnicodeCMap: Callable[[str, Sequence[int]], str]

class TTFontFace:
    filename: str
    numGlyphs: int
    unitsPerEm: int
    glyphPos: Sequence[int]
    charToGlyph: dict[int, int]
    glyphToChar: dict[int, list[int]]
    charWidths: dict[int, float]
    defaultWidth: float
    hmetrics: list[tuple[int, int]]
    _ttf_data: bytes | mmap
    _pos: int
    def readFile(self, f: str) -> None: ...
    def extractInfo(self, charInfo: int = 1) -> None: ...
    def get_table_pos(self, tag: str) -> tuple[int, int]: ...

class TTFont:
    face: TTFontFace
    def __init__(self, name: str, filename: str, *, asciiReadable: bool | None = None) -> None: ...
