"""Whatever picture comes in leaves plain, upright and without a word about whoever took it, or is refused by name."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from kjxm_desktop.core import pictures
from kjxm_desktop.errors import KjxmError

CANARY = "KANARIENVOGEL"


def encoded(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def decoded(picture):
    with Image.open(io.BytesIO(picture.data)) as image:
        image.load()
        return image


def noise(width=120, height=80, mode="RGB"):
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3)).convert(mode)


def drawing(width=120, height=80):
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    return image


def refusal(data, name="图 1.png"):
    with pytest.raises(KjxmError) as caught:
        pictures.normalise(data, name)
    assert caught.value.params["name"] == name
    return caught.value.key


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "WEBP"])
def test_line_art_becomes_png_without_loss(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = pictures.normalise(encoded(drawing(), kind, **options), "a")
    assert picture.kind == "png"
    assert decoded(picture).convert("RGB").tobytes() == drawing().tobytes()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "JPEG"])
def test_photographs_become_jpeg(kind):
    options = {"dpi": (72, 72)} if kind == "PNG" else {}
    picture = pictures.normalise(encoded(noise(), kind, **options), "a")
    assert (picture.kind, picture.width_px, picture.height_px) == ("jpeg", 120, 80)
    assert decoded(picture).mode == "RGB"


@pytest.mark.parametrize(
    "source",
    [("PNG", noise()), ("PNG", drawing()), ("JPEG", noise()), ("TIFF", noise(4000, 90)), ("JPEG", noise(64, 64, "L"))],
)
def test_a_picture_that_went_through_before_comes_out_unchanged(source):
    kind, image = source
    picture = pictures.normalise(encoded(image, kind), "a")
    assert pictures.normalise(picture.data, "b") == picture
    assert pictures.measure(picture.data) == picture


def test_the_same_bytes_always_give_the_same():
    data = encoded(noise(2000, 100), "TIFF")
    assert pictures.normalise(data, "a") == pictures.normalise(data, "b")


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
def test_every_mode_becomes_grey_or_colour(mode):
    image = Image.new("I;16", (9, 9), 65535) if mode == "I;16" else drawing(9, 9).convert(mode)
    picture = pictures.normalise(encoded(image, "TIFF" if mode in ("CMYK", "I", "F", "YCbCr") else "PNG"), "a")
    assert decoded(picture).mode in ("L", "RGB")


def test_a_cmyk_photograph_keeps_its_colours():
    picture = pictures.normalise(encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG"), "a")
    pixel = decoded(picture).getpixel((16, 16))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert red > 200
    assert max(green, blue) < 60


def test_sixteen_bits_become_eight():
    picture = pictures.normalise(encoded(Image.new("I;16", (4, 4), 32768), "PNG"), "a")
    assert decoded(picture).getpixel((0, 0)) == pytest.approx(127, abs=1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
def test_transparency_is_laid_on_white(mode):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))
    data = encoded(image.quantize(4) if mode == "P" else image.convert(mode), "TIFF" if mode == "PA" else "PNG")
    shown = decoded(pictures.normalise(data, "a")).convert("RGB")
    assert shown.getpixel((0, 0)) == (0, 0, 0)
    assert shown.getpixel((7, 0)) == (255, 255, 255)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_turned_photograph_stands_upright(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(noise(60, 40), "JPEG", exif=exif)
    picture = pictures.normalise(data, "a")
    assert (picture.width_px, picture.height_px) == ((40, 60) if turn >= 5 else (60, 40))


def test_the_first_frame_counts():
    data = encoded(
        Image.new("RGB", (8, 8), "red"), "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")]
    )
    assert decoded(pictures.normalise(data, "a")).convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_colour_profile_is_brought_into_the_pixels():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = pictures.normalise(encoded(noise(), "JPEG", icc_profile=lab), "a")
    assert b"ICC_PROFILE" not in picture.data


def test_a_broken_colour_profile_is_ignored():
    picture = pictures.normalise(encoded(drawing(), "PNG", icc_profile=b"\x00" * 200), "a")
    assert decoded(picture).convert("RGB").tobytes() == drawing().tobytes()


def exif_with_canary():
    exif = Image.Exif()
    exif[0x010F] = CANARY
    exif.get_ifd(0x8825)[1] = CANARY
    return exif


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"exif": exif_with_canary(), "comment": CANARY, "xmp": CANARY.encode()}),
        ("PNG", {"exif": exif_with_canary()}),
        ("WEBP", {"exif": exif_with_canary(), "xmp": CANARY.encode()}),
        ("TIFF", {"description": CANARY}),
        ("GIF", {"comment": CANARY}),
    ],
)
def test_nothing_is_told_of_whoever_took_it(kind, options):
    data = encoded(noise(), kind, **options)
    assert CANARY.encode() in data
    assert CANARY.encode() not in pictures.normalise(data, "a").data


def test_what_stands_behind_the_picture_does_not_come_along():
    data = encoded(noise(), "JPEG") + CANARY.encode()
    assert CANARY.encode() not in pictures.normalise(data, "a").data


@pytest.mark.parametrize(
    ("size", "kept"),
    [((5000, 100), (1842, 37)), ((100, 9000), (39, 3507)), ((1842, 900), (1842, 900)), ((30000, 2), (1842, 1))],
)
def test_no_picture_is_finer_than_paper_shows(size, kept):
    picture = pictures.normalise(encoded(Image.new("RGB", size, "navy"), "PNG"), "a")
    assert (picture.width_px, picture.height_px) == kept


def test_the_name_does_not_tell_the_kind():
    assert pictures.normalise(encoded(noise(), "JPEG"), "a.png").kind == "jpeg"


def bomb(width, height):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (50_001, 1_000), (10_000, 9_000)])
def test_too_many_pixels_are_refused_by_the_header(size):
    assert refusal(bomb(*size)) == "picture.too_many_pixels"


def test_no_pixels_are_refused():
    assert refusal(bomb(0, 0)) == "picture.damaged"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_picture_cut_short_is_refused(kind, share):
    data = encoded(noise(), kind)
    assert refusal(data[: int(len(data) * share)]) in ("picture.damaged", "picture.kind")


def test_pixels_that_are_not_as_they_were_written_are_refused():
    data = bytearray(encoded(drawing(), "PNG"))
    data[data.index(b"IDAT") + 12] ^= 0x10
    assert refusal(bytes(data)) == "picture.damaged"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_damaged_picture_is_taken_or_refused_with_an_expected_failure(kind):
    chance = random.Random(kind)
    whole = encoded(drawing(40, 30), kind)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            picture = pictures.normalise(bytes(data), "a")
        except KjxmError:
            continue
        assert pictures.measure(picture.data) == picture


@pytest.mark.parametrize(
    "text",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '\ufeff<?xml version="1.0"?>\n<!-- a -->\n<svg width="1">',
        '<!DOCTYPE svg PUBLIC "x">',
    ],
)
def test_an_svg_is_refused_with_a_hint(text):
    assert refusal(text.encode()) == "picture.svg"


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.4", b"\x00\x00\x00\x1cftypavif", b"PK\x03\x04", "文字".encode()])
def test_what_is_no_picture_is_refused(data):
    assert refusal(data) == "picture.kind"


def test_an_empty_file_is_refused():
    assert refusal(b"") == "picture.damaged"


def test_a_file_above_the_limit_is_refused_unread():
    assert refusal(bytes(40 * 1024 * 1024 + 1)) == "picture.too_big"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        encoded(noise(), "JPEG", exif=exif_with_canary()),
        encoded(noise(), "JPEG") + b"x",
        encoded(noise(), "PNG", dpi=(9, 9)),
        bomb(30_000, 30_000),
    ],
)
def test_only_what_went_through_before_is_known_again(data):
    assert pictures.measure(data) is None
