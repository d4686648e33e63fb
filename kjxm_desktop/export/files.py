"""Both files of a proposal as bytes: compose once, set the PDF, then the DOCX with the PDF's page numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.compose import compose

Progress = Callable[[str], None]
"""Called with the name of each step as it begins: "layout", "pdf", "docx"."""


@dataclass(frozen=True)
class Made:
    """The bytes by format ("pdf", "docx"), how many pages the PDF has, and the characters that no font has."""

    files: Mapping[str, bytes]
    page_count: int
    missing_glyphs: tuple[str, ...] = ()


def make(
    proposal: Proposal,
    *,
    now: datetime,
    draft: bool,
    formats: Sequence[str],
    fonts_folder: Path,
    progress: Progress | None = None,
) -> Made:
    """Return the files of `formats`; nothing is written anywhere.

    The PDF is set in any case: its page numbers stand in the contents of the DOCX.
    Raises KjxmError fonts.missing, export.*.
    """
    # Both writers and their libraries are loaded when something is exported, never at start.
    from kjxm_desktop.export import pdf_writer
    from kjxm_desktop.export.fonts import FontSet

    tell = progress or _silent
    tell("layout")
    fonts = FontSet(fonts_folder)
    document = compose(proposal.call, proposal.data, picture_sizes(proposal.media), now=now, draft=draft)
    tell("pdf")
    pdf = pdf_writer.write(document, proposal.media, fonts)
    files = {"pdf": pdf.data} if "pdf" in formats else {}
    if "docx" in formats:
        from kjxm_desktop.export import docx_writer

        tell("docx")
        files["docx"] = docx_writer.write(document, proposal.media, fonts, pdf.pages)
    return Made(files, pdf.page_count, tuple(pdf.missing_glyphs))


def _silent(_step: str) -> None:
    """Tell nobody."""


def picture_sizes(media: Mapping[str, bytes]) -> dict[str, tuple[int, int]]:
    """Return width and height in pixels of what is a picture among `media`, read from the headers alone."""
    # Pillow is loaded when something is exported.
    from PIL import Image, UnidentifiedImageError

    sizes: dict[str, tuple[int, int]] = {}
    for sha256, data in media.items():
        try:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                sizes[sha256] = image.size
        except UnidentifiedImageError:
            continue  # an attachment; it travels in the mail and does not print
        except (OSError, Image.DecompressionBombError) as error:
            raise KjxmError("export.picture", pointer=sha256[:12]) from error
    return sizes
