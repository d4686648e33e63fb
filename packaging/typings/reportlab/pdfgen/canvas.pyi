from typing import IO, Any

class Canvas:
    def __init__(
        self,
        filename: IO[bytes],
        pagesize: tuple[float, float],
        *,
        pageCompression: int,
        invariant: int,
        pdfVersion: tuple[int, int],
        initialFontName: str,
        lang: str,
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
