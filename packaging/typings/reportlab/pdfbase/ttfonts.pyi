from collections.abc import Callable, Mapping, Sequence

makeToUnicodeCMap: Callable[[str, Sequence[int]], str]

class TTFontFace:
    glyphPos: Sequence[int]
    charToGlyph: Mapping[int, int]
    charWidths: Mapping[int, float]
    defaultWidth: float

class TTFont:
    face: TTFontFace
    def __init__(self, name: str, filename: str, *, asciiReadable: bool | None = None) -> None: ...
