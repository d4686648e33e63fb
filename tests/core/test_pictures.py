"""Whatever picture comes in leaves plain, upright and without a word about whoever took it, or is refused by name."""

import io
import random
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image, ImageCms

from kjxm_desktop.core import picture_files, pictures
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


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, *parts, kind=2, pixels=None):
    """Return a PNG by hand, `parts` before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    pixels = zlib.compress(bytes(height * (1 + 3 * width)) if pixels is None else pixels)
    end = chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(parts) + end


def bomb(width, height):
    return png(width, height, pixels=bytes(1000))


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


@pytest.mark.parametrize("brand", [b"avif", b"avis", b"heic", b"heix", b"mif1"])
def test_a_picture_of_a_phone_is_refused_with_a_hint(brand):
    assert refusal(b"\x00\x00\x00\x1cftyp" + brand + bytes(16)) == "picture.phone"


@pytest.mark.parametrize(
    "data", [b"hello", b"%PDF-1.4", b"\x00\x00\x00\x1cftypmp42", b"PK\x03\x04", b"<html>", "文字".encode()]
)
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


def with_pixels(*bodies):
    """Return a drawing that went through before, its pixel stream put into these parts."""
    data = pictures.normalise(encoded(drawing(), "PNG"), "a").data
    start = data.index(b"IDAT") - 4
    end = start + 12 + struct.unpack_from(">I", data, start)[0]
    stream = data[start + 8 : end - 4]
    return data[:start] + b"".join(chunk(b"IDAT", body(stream)) for body in bodies) + data[end:]


def unfolded(change):
    """Return what packs the pixels anew after `change`."""
    return lambda stream: zlib.compress(change(zlib.decompress(stream)))


@pytest.mark.parametrize(
    "bodies",
    [
        (lambda stream: stream + CANARY.encode(),),
        (lambda stream: stream, lambda _: CANARY.encode()),
        (lambda stream: stream, lambda _: b""),
        (unfolded(lambda pixels: pixels + CANARY.encode()),),
        (unfolded(lambda pixels: pixels + bytes(80 << 20)),),
    ],
    ids=["behind the stream", "another part", "an empty part", "behind the pixels", "without end"],
)
def test_what_stands_behind_the_pixels_in_their_stream_does_not_come_along(bodies):
    before = pictures.normalise(encoded(drawing(), "PNG"), "a")
    data = with_pixels(*bodies)
    assert pictures.measure(data) is not None
    assert pictures.normalise(data, "a") == before


def test_pixels_in_several_parts_are_known_again():
    data = with_pixels(lambda stream: stream[:9], lambda stream: stream[9:])
    assert pictures.normalise(data, "a").data == data


# --- parts that unfold, parts without number

INFLATING = zlib.compress(bytes(80 << 20), 9)


@pytest.mark.parametrize(
    "part",
    [
        chunk(b"zTXt", b"a\0\0" + INFLATING),
        chunk(b"iTXt", b"a\0\1\0\0\0" + INFLATING),
        chunk(b"eXIf", b"II*\0" + bytes(200_000)),
        chunk(b"prVt", INFLATING),
        chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + chunk(b"fcTL", bytes(26)),
        chunk(b"tEXt", b"a\0b") * 1_000,
    ],
    ids=["zTXt", "iTXt", "eXIf", "private", "frames", "a thousand"],
)
def test_what_stands_around_the_pixels_of_a_png_is_never_unfolded(part):
    assert pictures.normalise(png(8, 8, part), "a") == pictures.normalise(png(8, 8), "a")


def test_a_colour_profile_that_unfolds_without_end_is_refused():
    assert refusal(png(8, 8, chunk(b"iCCP", b"a\0\0" + INFLATING))) == "picture.damaged"


def test_pixels_that_unfold_further_than_the_header_says_are_not_unfolded():
    picture = pictures.normalise(png(8, 8, pixels=bytes(80 << 20)), "a")
    assert (picture.width_px, picture.height_px) == (8, 8)


def jpeg_with(segments):
    data = encoded(noise(8, 8), "JPEG")
    return data[:2] + segments + data[2:]


def gif_with(blocks):
    data = encoded(drawing(8, 8), "GIF")
    table = 13 + (3 << ((data[10] & 7) + 1))
    return data[:table] + blocks + data[table:]


def tiff_of(*entries, behind=b""):
    told = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + told + bytes(4) + behind


SMALL = ((256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))


@pytest.mark.parametrize(
    "data",
    [
        png(8, 8, chunk(b"tEXt", b"a\0b") * (picture_files.MOST_PARTS + 1)),
        jpeg_with(b"\xff\xfe\0\2" * (picture_files.MOST_PARTS + 1)),
        jpeg_with(b"\xff" * (picture_files.MOST_PARTS + 1)),
        encoded(noise(8, 8), "JPEG") + b"\xff\xda" * 101,
        gif_with(b"!\xfe\0" * (picture_files.MOST_PARTS + 1)),
        gif_with(b"!\xfe" + b"\1x" * 300_000 + b"\0"),
        tiff_of((256, 3, 1, 1), (257, 4, 1, 9_000_000), (273, 4, 1_000_000, 100), behind=bytes(4_000_100)),
        tiff_of(*SMALL, *((40_000 + at, 7, 900_000, 8) for at in range(100)), behind=bytes(1_000_000)),
        b"II*\0" + struct.pack("<I", 4_000_000_000),
        b"II*\0" + struct.pack("<IH", 8, 65_535),
    ],
    ids=[
        "PNG parts", "JPEG comments", "JPEG filling", "JPEG scans", "GIF comments", "GIF blocks", "TIFF strips",
        "TIFF values in one another", "TIFF list nowhere", "TIFF list cut",
    ],
)  # fmt: skip
def test_parts_without_number_are_refused_before_a_decoder_sees_them(data, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder was asked"))
    assert refusal(data) == "picture.damaged"


@pytest.mark.parametrize("size", [5_000, 60_000])
def test_exif_whose_values_lie_in_one_another_costs_no_more_than_it_is_long(size):
    told = b"".join(struct.pack("<HHII", 1_000 + at, 7, size, 8) for at in range(4_000))
    exif = b"II*\0" + struct.pack("<IH", 8, 4_000) + told + bytes(12_000)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
    tracemalloc.start()
    pictures.normalise(jpeg_with(segment), "a")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


def test_of_hundreds_of_frames_the_first_alone_is_read():
    frames = [Image.new("L", (4, 4), number % 250) for number in range(1, 300)]
    data = encoded(Image.new("L", (4, 4), 255), "TIFF", save_all=True, append_images=frames)
    assert decoded(pictures.normalise(data, "a")).getpixel((0, 0)) == 255


def test_a_bitmap_of_runs_is_taken_when_it_is_small_and_refused_when_it_would_take_seconds():
    def bitmap(runs):
        sizes = struct.pack("<IIiiHHIIiiII", 1078, 40, 4, 4, 1, 8, 1, len(runs), 0, 0, 256, 0)
        return b"BM" + struct.pack("<IHH", 1078 + len(runs), 0, 0) + sizes + bytes(1024) + runs

    assert pictures.normalise(bitmap(b"\4\0\0\0" * 4 + b"\0\1"), "a").width_px == 4
    assert refusal(bitmap(b"\1\0" * 600_000)) == "picture.kind"


def test_a_webp_has_a_lower_limit_because_its_decoder_needs_more():
    assert (
        refusal(encoded(Image.new("RGB", (4_100, 4_000)), "WEBP", lossless=True, quality=0))
        == "picture.too_many_pixels"
    )


# --- large pictures, made smaller on the way


def striped(size, mode="RGB"):
    """Return a picture of few colours, each corner another."""
    image = Image.new("RGB", size, "white")
    width, height = size
    for at, colour in enumerate(("red", "lime", "blue", "black")):
        left, top = at % 2 * width // 2, at // 2 * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image.convert(mode)


def corners(picture):
    image = decoded(picture).convert("RGB")
    across, down = (image.width // 4, image.width * 3 // 4), (image.height // 4, image.height * 3 // 4)
    return [image.getpixel((x, y)) for y in down for x in across]


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("BMP", "RGB"), ("TIFF", "CMYK"), ("GIF", "P")]
)
def test_a_large_drawing_keeps_its_colours_and_stays_a_drawing(kind, mode):
    options = {"compression": "tiff_deflate"} if kind == "TIFF" else {}
    picture = pictures.normalise(encoded(striped((4_000, 2_500), mode), kind, **options), "a")
    assert (picture.kind, picture.width_px, picture.height_px) == ("png", 1842, 1151)
    assert corners(picture) == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)]


def test_a_large_photograph_stays_one_whatever_it_was_kept_as():
    image = noise(600, 400).resize((4_800, 3_200))
    assert pictures.normalise(encoded(image, "PNG", compress_level=1), "a").kind == "jpeg"


def test_a_large_turned_photograph_stands_upright_with_its_colours():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = pictures.normalise(encoded(striped((5_000, 3_000)), "JPEG", exif=exif), "a")
    assert (picture.width_px, picture.height_px) == (1842, 3070)
    shown = corners(picture)
    wanted = [(0, 0, 255), (255, 0, 0), (0, 0, 0), (0, 255, 0)]
    for got, want in zip(shown, wanted, strict=True):
        assert isinstance(got, tuple)
        assert max(abs(one - other) for one, other in zip(got, want, strict=True)) < 12


def test_a_large_picture_of_sixteen_bits_is_stretched_as_a_whole():
    image = Image.new("F", (4_000, 900), 0.0)
    image.paste(1000.0, (2_000, 0, 4_000, 900))
    shown = decoded(pictures.normalise(encoded(image, "TIFF"), "a"))
    assert (shown.getpixel((100, 100)), shown.getpixel((1_700, 100))) == (0, 255)


def test_a_large_picture_is_never_copied_whole(monkeypatch):
    most = []
    convert = Image.Image.convert

    def watched(image, *told, **more):
        most.append(image.width * image.height)
        return convert(image, *told, **more)

    monkeypatch.setattr(Image.Image, "convert", watched)
    pictures.normalise(png(8_000, 6_000, kind=6, pixels=bytes(6_000 * (1 + 4 * 8_000))), "a")
    assert most
    assert max(most) < 2_000_000
