"""Whatever picture was taken, both papers can be made, and neither tells of whoever took it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms

from kjxm_desktop import paths
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.export import files
from tests.export.conftest import KJXM, NOW, call_of

CANARY = "KANARIENVOGEL"
XMP = b"http://ns.adobe.com/xap"
NAME = "/route.png"


def exif() -> Image.Exif:
    told = Image.Exif()
    told[0x010F] = CANARY  # the maker
    told[0x0112] = 6
    told.get_ifd(0x8825)[1] = CANARY  # where
    return told


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", CANARY[:4].encode())


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    image = Image.radial_gradient("L").resize(size).convert(mode)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


PICTURES = {
    f"{CANARY}-a.jpg": encoded("JPEG", exif=exif(), comment=CANARY, xmp=CANARY.encode(), icc_profile=profile()),
    f"{CANARY}-b.png": encoded("JPEG", "CMYK", comment=CANARY),
    "c.png": encoded("PNG", "LA", exif=exif()),
    "d.png": encoded("PNG", "I;16"),
    "e.gif": encoded("GIF", "P", comment=CANARY),
    "f.tif": encoded("TIFF", "RGBA", description=CANARY),
    "g.webp": encoded("WEBP", exif=exif(), xmp=CANARY.encode()),
    "h.bmp": encoded("BMP", "1"),
    "i.png": encoded("PNG", dpi=(1, 1)),
    "j.jpg": encoded("JPEG", dpi=(9999, 9999)),
    "k.png": encoded("PNG", size=(1, 1)),
    "l.png": encoded("PNG", size=(1, 3_000)),
    "m.png": encoded("PNG", size=(3_000, 1)),
}


@pytest.fixture(scope="module")
def proposal(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    folder: Path = tmp_path_factory.mktemp("pictures")
    for name, data in PICTURES.items():
        (folder / name).write_bytes(data)
    text = [{"type": "picture", "file": name, "caption": f"图 {at}"} for at, name in enumerate(PICTURES)]
    return from_outside(call_of(KJXM), {"approach": {"route": text}}, folder)


@pytest.fixture(scope="module")
def made(proposal: Proposal) -> dict[str, bytes]:
    return dict(files.make(proposal, now=NOW, draft=True, formats=("docx", "pdf"), fonts_folder=paths.fonts()).files)


def everything_in(made: dict[str, bytes]) -> list[bytes]:
    """Return the papers, each part of the DOCX and each stream of the PDF unpacked."""
    found = list(made.values())
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as archive:
        found += [info.filename.encode() for info in archive.infolist()] + [
            archive.read(info) for info in archive.infolist()
        ]
    with pikepdf.open(io.BytesIO(made["pdf"])) as pdf:
        own = pdf.Root.Metadata.read_raw_bytes()  # which says what the document is, in XMP as pictures do
        found = [part.replace(own, own.replace(XMP, b"")) for part in found]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream) and thing.objgen != pdf.Root.Metadata.objgen:
                found.append(thing.read_raw_bytes())
                try:
                    found.append(thing.read_bytes())
                except pikepdf.PdfError:
                    found.append(b"")  # a JPEG, which was looked at as it stands
    return found


def test_every_kind_of_picture_stands_on_both_papers(proposal: Proposal, made: dict[str, bytes]) -> None:
    pictures = set(proposal.media.values())
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as archive:
        held = {archive.read(name) for name in archive.namelist() if name.startswith("word/media/")}
    assert pictures <= held
    with pikepdf.open(io.BytesIO(made["pdf"])) as pdf:
        drawn = [
            thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
        ]
    assert len(drawn) >= len(pictures)


def test_no_picture_tells_on_paper_of_whoever_took_it(made: dict[str, bytes]) -> None:
    assert sum(CANARY.encode() in data for data in PICTURES.values()) >= 6
    parts = everything_in(made)
    assert len(parts) > 30
    marks = (
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        CANARY.encode("utf-16-be"),
        b"Exif\0\0",
        b"ICC_PROFILE",
        XMP,
    )
    assert [mark for mark in marks for part in parts if mark in part] == []


def test_no_picture_is_wider_than_the_text_or_has_no_size(made: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as archive:
        text = archive.read("word/document.xml").decode()
    widths = [int(piece.split('"')[0]) for piece in text.split('<wp:extent cx="')[1:]]
    assert len(widths) >= len(PICTURES) - 1
    assert all(0 < width <= 156 * 36_000 + 1 for width in widths)
