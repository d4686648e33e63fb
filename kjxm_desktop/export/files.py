"""Both files of a proposal as bytes: compose once, set the PDF, then the DOCX with the PDF's page numbers.

Both carry the data they were made of and, in their footers, the code that ties them together (`embedded`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export import embedded, formula_findings, official_form, printed, printed_text, self_check
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.compose import compose

Progress = Callable[[str], None]
"""Called with the name of each step as it begins: "layout", "pdf", "docx", "check"."""


@dataclass(frozen=True)
class Made:
    """The bytes by format ("pdf", "docx"), how many pages the PDF has, the characters that no font has, the code.

    `unset_formulas` are those that one of the files prints as their source.
    `mismatches` is what the self-check found amiss in them; files with any are not to replace earlier ones.
    """

    files: Mapping[str, bytes]
    page_count: int
    missing_glyphs: tuple[str, ...] = ()
    check_code: str = ""
    mismatches: tuple[self_check.Mismatch, ...] = ()
    unset_formulas: tuple[str, ...] = ()


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
    code = embedded.check_code(proposal)
    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=now, draft=draft, check_code=code)
    fills_form = "docx" in formats and official_form.has_form(proposal.call)
    form = official_form.fill(proposal, document, sizes) if fills_form else None
    inside = parcel_of(proposal, document, form)
    tell("pdf")
    pdf = pdf_writer.write(document, proposal.media, fonts)
    files: dict[str, bytes] = {}
    if "pdf" in formats:
        files["pdf"] = _archived(pdf.data, document, inside)
    if "docx" in formats:
        from kjxm_desktop.export import docx_writer

        tell("docx")
        files["docx"] = (
            form.packed(inside) if form else docx_writer.write(document, proposal.media, fonts, pdf.pages, inside)
        )
    missing = tuple(pdf.missing_glyphs)
    tell("check")
    found = self_check.check(
        proposal, files, now=now, missing_glyphs=missing, page_count=pdf.page_count, is_official_form=fills_form
    )
    unset = dict.fromkeys([*formula_findings.unset_in(proposal), *(pdf.unset_formulas if "pdf" in files else ())])
    return Made(files, pdf.page_count, missing, code, found, tuple(unset))


def parcel_of(proposal: Proposal, document: Document, form: official_form.Filled | None = None) -> embedded.Parcel:
    """Return the data that travel inside the files of `document`; `form` is what the DOCX is, when it is a form."""
    pieces, anchors = printed.pieces_of(document, proposal.call, proposal.data), printed.anchors_of(document)
    sections = printed.hashes_of(pieces, anchors)
    if form is None:
        has_code = bool(document.furniture.check_code) and any(part.page_numbers for part in document.parts)
        entries = [heading.text for heading in printed.headings_of_contents(document)]
        record = printed.record_of(pieces, anchors, entries, has_code=has_code)
    else:
        of_form = printed_text.pieces_of_form(form)
        has_code = form.tells_around(embedded.check_code(proposal))
        record = printed.record_of(of_form, [printed.FRONT, *form.places], (), has_code=has_code)
    return embedded.parcel(proposal, sections, document.created, record)


def _archived(data: bytes, document: Document, inside: embedded.Parcel) -> bytes:
    """Return the PDF as an archive file that carries its data."""
    from kjxm_desktop.export import pdf_archive

    title = document.title or document.subject
    attachment = pdf_archive.Attachment(embedded.FILE_NAME, title, embedded.MIME, inside.draft)
    return pdf_archive.finish(data, document, attachment=attachment, properties=inside.metadata)


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
