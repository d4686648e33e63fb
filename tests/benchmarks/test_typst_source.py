"""The same document for Typst: the row `export` compares like with like only when nothing is left out."""

from __future__ import annotations

from pathlib import Path

import pypdf
import typst

from kjxm_desktop import paths
from kjxm_desktop.export.blocks import Picture, Table
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.files import picture_sizes
from tests.benchmarks import drafts, typst_source


def test_typst_sets_every_heading_table_and_picture_of_the_document_in_our_fonts(tmp_path: Path) -> None:
    proposal = drafts.long_example()
    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=drafts.NOW, draft=False)
    source = typst_source.write(document, proposal.media, tmp_path)
    typst.compile(
        str(source), output=str(tmp_path / "out.pdf"), font_paths=[str(paths.fonts())], ignore_system_fonts=True
    )
    pdf = pypdf.PdfReader(tmp_path / "out.pdf")
    text = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    for heading in document.headings():
        assert "".join(heading.text.split()) in text
    told = source.read_text("utf-8")
    assert told.count("table(columns") == sum(isinstance(block, Table) for block in document.blocks())
    pictures = {block.media for block in document.blocks() if isinstance(block, Picture)}
    assert len(list(tmp_path.glob("*.png"))) + len(list(tmp_path.glob("*.jpg"))) == len(pictures) > 0
