from typing import IO

class ImageReader:
    def __init__(self, fileName: IO[bytes]) -> None: ...

class TimeStamp:
    YMDhms: tuple[int, ...]
    dhh: int
    dmm: int
    def __init__(self, invariant: int | None = None) -> None: ...
