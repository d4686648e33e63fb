"""The one gate for pictures: whatever comes in leaves as a plain, upright PNG or JPEG that every writer can take."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from kjxm_desktop.core import picture_files
from kjxm_desktop.errors import KjxmError

if TYPE_CHECKING:
    from PIL import Image

Kind = Literal["png", "jpeg"]

LIMIT_BYTES: Final = 40 * 1024 * 1024
LIMIT_PIXELS: Final = 50_000_000
LIMIT_PIXELS_WEBP: Final = 16_000_000  # its decoder holds a picture four times
DPI: Final = 300
MOST_WIDTH_PX: Final = int(156 / 25.4 * DPI)  # the text is 156 mm wide
MOST_HEIGHT_PX: Final = int(297 / 25.4 * DPI)  # no picture is taller than a page of A4
FEW_COLOURS: Final = 4096  # line art and screenshots have fewer, photographs more
JPEG_QUALITY: Final = 90
_BAND_PIXELS: Final = 1_000_000
_INFLATED_BYTES: Final = 64 * 1024  # of a known PNG, looked at a piece at a time
_ORIENTATION: Final = 0x0112  # the tag of EXIF

_SIGNATURES: Final = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("BMP", re.compile(rb"BM")),
    ("TIFF", re.compile(rb"II\x2a\x00|MM\x00\x2a")),
    ("WEBP", re.compile(rb"RIFF....WEBP", re.DOTALL)),
)
_PHONE = re.compile(rb"....ftyp(?:avif|avis|hei[cfmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)
_SVG = re.compile(rb"<svg[\s>]|<!DOCTYPE\s+svg", re.IGNORECASE)
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_JPEG_END = re.compile(rb"\xff[^\x00\xd0-\xd7]")


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: its bytes, their SHA-256, its size in pixels and its kind."""

    data: bytes
    sha256: str
    width_px: int
    height_px: int
    kind: Kind


def normalise(data: bytes, name: str) -> Picture:
    """Return the picture in `data` upright, in grey or sRGB, without metadata, at most 300 dpi across the text.

    PNG, JPEG, BMP, GIF, TIFF and WebP are told by content, not by `name`; of several frames the first counts.
    Transparency is laid on white. Photographs become JPEG, line art PNG. The same bytes always give the same, and a
    picture that went through before comes out unchanged.
    Raises KjxmError picture.too_big, picture.svg, picture.phone, picture.kind, picture.too_many_pixels or
    picture.damaged with `name`.
    """
    if len(data) > LIMIT_BYTES:
        raise KjxmError("picture.too_big", name=name, limit=LIMIT_BYTES // (1024 * 1024))
    source = _format_of(data, name)
    image, few_colours = _decoded(data, source, name)
    known = measure(data)
    if known and known.width_px <= MOST_WIDTH_PX and known.height_px <= MOST_HEIGHT_PX and _is_all_pixels(known):
        return known
    return _encoded(image, "jpeg" if source == "JPEG" or not few_colours else "png")


def measure(data: bytes) -> Picture | None:
    """Return the picture when `data` is one this module has made, told by its structure without decoding; else None."""
    size = _bare_png(data)
    kind: Kind = "png"
    if size is None:
        size, kind = _bare_jpeg(data), "jpeg"
    if size is None or not 0 < size[0] * size[1] <= LIMIT_PIXELS:
        return None
    return Picture(data, hashlib.sha256(data).hexdigest(), size[0], size[1], kind)


# --- in -------------------------------------------------------------------------------------------------------------


def _format_of(data: bytes, name: str) -> str:
    for source, signature in _SIGNATURES:
        if signature.match(data):
            if source == "BMP" and picture_files.is_long_run_of_runs(data):
                break
            return source
    if not data:
        raise KjxmError("picture.damaged", name=name)
    if _PHONE.match(data):
        raise KjxmError("picture.phone", name=name)
    raise KjxmError("picture.svg" if _SVG.search(data[:4096]) else "picture.kind", name=name)


def _decoded(data: bytes, source: str, name: str) -> tuple[Image.Image, bool]:
    """Return the first frame upright, mode L or RGB, little finer than it will be kept; and whether it is line art."""
    # Loaded with the first picture: most proposals are opened to write, not to add one.
    from PIL import Image

    try:
        seen = picture_files.decodable(data, source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow finds odd is either taken or refused below
            with Image.open(io.BytesIO(seen), formats=[source]) as image:
                _check_pixels(image.size, LIMIT_PIXELS_WEBP if source == "WEBP" else LIMIT_PIXELS, name)
                if source == "JPEG":
                    image.draft(None, _least(image.size))  # what is too fine is not even decoded
                image.load()
                plain, few_colours = _plain(image)
                turn = image.getexif().get(_ORIENTATION, 1)
        return _upright(plain, turn), few_colours
    except KjxmError:
        raise
    except Image.DecompressionBombError:
        raise KjxmError("picture.too_many_pixels", name=name, limit=LIMIT_PIXELS // 1_000_000) from None
    except Exception as error:  # a decoder fed with hostile bytes may raise anything at all
        raise KjxmError("picture.damaged", name=name) from error


def _least(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size below which a picture of `size` must not be decoded, whichever way it stands."""
    width, height = size
    upright = min(MOST_WIDTH_PX / width, MOST_HEIGHT_PX / height, 1)
    lying = min(MOST_WIDTH_PX / height, MOST_HEIGHT_PX / width, 1)
    factor = max(upright, lying)
    return (max(1, int(width * factor)), max(1, int(height * factor)))


def _plain(image: Image.Image) -> tuple[Image.Image, bool]:
    """Return `image` in plain colours and whether it has few of them.

    A picture much finer than it will be kept is made smaller on the way, band by band: whole copies of the largest that
    is taken would cost a gigabyte.
    """
    from PIL import Image

    ends = _range(image)
    factor = min(image.width // _least(image.size)[0], image.height // _least(image.size)[1])
    if factor < 2:
        whole = _plain_colours(image, ends)
        return whole, whole.getcolors(FEW_COLOURS) is not None
    rows = factor * max(1, _BAND_PIXELS // (image.width * factor))
    colours, few_colours = set[Any](), True
    small: Image.Image | None = None
    for top in range(0, image.height, rows):
        band = _plain_colours(image.crop((0, top, image.width, min(top + rows, image.height))), ends)
        told = band.getcolors(FEW_COLOURS) if few_colours else None
        colours.update(colour for _, colour in told or ())
        few_colours = told is not None and len(colours) <= FEW_COLOURS
        part = band.reduce(factor)
        small = small or Image.new(part.mode, (part.width, -(-image.height // factor)))
        small.paste(part, (0, top // factor))
    assert small is not None
    return small, few_colours


def _upright(image: Image.Image, turn: object) -> Image.Image:
    from PIL import Image

    turns = Image.Transpose
    how = {
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_270, 7: turns.TRANSVERSE, 8: turns.ROTATE_90,
    }  # fmt: skip
    return image.transpose(how[turn]) if isinstance(turn, int) and turn in how else image


def _check_pixels(size: tuple[int, int], limit: int, name: str) -> None:
    if size[0] * size[1] <= 0:
        raise KjxmError("picture.damaged", name=name)
    if size[0] * size[1] > limit:
        raise KjxmError("picture.too_many_pixels", name=name, limit=limit // 1_000_000)


def _range(image: Image.Image) -> tuple[float, float]:
    """Return what is black and what is white in a picture of more than 8 bits: the ends of 16 bits, or its own."""
    if image.mode not in ("I", "F"):
        return (0.0, 65535.0)
    low, high = (float(value) for value in image.getextrema() if isinstance(value, (int, float)))
    return (0.0, 65535.0) if image.mode == "I" and low >= 0 and high <= 65535 else (low, high)


def _plain_colours(image: Image.Image, ends: tuple[float, float]) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image, ends)
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        return _on_white(image)
    if image.mode in ("1", "L"):
        return image.convert("L")
    return _in_srgb(image) or image.convert("RGB")


def _eight_bits(image: Image.Image, ends: tuple[float, float]) -> Image.Image:
    """Return a grey picture of more bits in eight."""
    low, high = ends
    scale = 255.0 / ((high - low) or 1.0)

    def stretched(value: Any) -> Any:
        return value * scale - low * scale

    return _untyped(image.convert("F")).point(stretched).convert("L")


def _untyped(image: Image.Image) -> Any:
    """Return `image` to a checker that cannot follow it: some of Pillow's types name NumPy, which is not here."""
    return image


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    clear = image.convert("RGBA")
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return ground.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image | None:
    """Return the picture in sRGB by the colour profile it brings, None when it brings none that can be used."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return None
    # Loaded for the few pictures that bring a profile.
    from PIL import ImageCms

    try:
        brought = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = cast("Any", ImageCms).createProfile("sRGB")
        return ImageCms.profileToProfile(image, brought, wanted, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


# --- out ------------------------------------------------------------------------------------------------------------


def _encoded(image: Image.Image, kind: Kind) -> Picture:
    from PIL import Image

    factor = min(MOST_WIDTH_PX / image.width, MOST_HEIGHT_PX / image.height, 1)
    if factor < 1:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = _untyped(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    # A fresh picture: nothing of what the file said about itself comes along.
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    target = io.BytesIO()
    if kind == "png":
        clean.save(target, "PNG", compress_level=6)
    else:
        clean.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    data = target.getvalue()
    return Picture(data, hashlib.sha256(data).hexdigest(), clean.width, clean.height, kind)


# --- known again ----------------------------------------------------------------------------------------------------


def _bare_png(data: bytes) -> tuple[int, int] | None:
    """Return the size of an 8-bit grey or RGB PNG that is nothing but header, pixels and end."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    at, names, header = 8, list[bytes](), b""
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 4 : at + 8 + length]
        end = at + 12 + length
        if end > len(data) or struct.unpack_from(">I", data, end - 4)[0] != zlib.crc32(body):
            return None
        header = header or body[4:]
        names.append(name)
        at = end
    pixels = names[1:-1]
    if at != len(data) or names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or set(pixels) != {b"IDAT"}:
        return None
    if len(header) != 13 or header[8:] not in (b"\x08\x00\x00\x00\x00", b"\x08\x02\x00\x00\x00"):
        return None
    return struct.unpack_from(">II", header)


def _is_all_pixels(picture: Picture) -> bool:
    """Tell whether the stream of a bare PNG holds its pixels and ends with them, and nothing stands behind that.

    It unfolds them piece by piece, for which the reader of drafts has no time: `measure` looks at the parts alone.
    """
    if picture.kind != "png":
        return True
    data, stream, at = memoryview(picture.data), zlib.decompressobj(), 8
    channels = 3 if data[25] == 2 else 1
    left = picture.height_px * (1 + picture.width_px * channels)  # each row tells its filter first
    try:
        while at < len(data):
            length, name = struct.unpack_from(">I4s", data, at)
            waiting: bytes | memoryview = data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
            if stream.eof and name == b"IDAT":
                return False
            while waiting:
                left -= len(stream.decompress(waiting, _INFLATED_BYTES))
                waiting = stream.unconsumed_tail
                if left < 0 or stream.unused_data:
                    return False
            at += 12 + length
    except zlib.error:
        return False
    return stream.eof and left == 0


def _bare_jpeg(data: bytes) -> tuple[int, int] | None:
    """Return the size of a baseline JPEG that is nothing but a plain JFIF header, tables and one scan."""
    if not data.startswith(b"\xff\xd8" + _JFIF):
        return None
    at, size = 2 + len(_JFIF), None
    while at + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == 0xFFC0 and size is None and length >= 11 and data[at + 9 : at + 10] in (b"\x01", b"\x03"):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        elif marker == 0xFFDA and size is not None:
            end = _JPEG_END.search(data, at + 2 + length)
            return size if end and end.group() == b"\xff\xd9" and end.end() == len(data) else None
        elif marker not in (0xFFDB, 0xFFC4, 0xFFDD):
            return None
        at += 2 + length
    return None
