"""A composed document as Typst source, so that Typst sets the same text, tables, pictures and fonts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from kjxm_desktop.export import blocks
from kjxm_desktop.export.blocks import Block, Cell, Document, Row, Run, Runs, caption_of
from kjxm_desktop.export.page_style import TextStyle

FONTS = {
    "song": '("Tinos", "Noto Serif SC", "KjExtSerif")',
    "hei": '("Tinos", "Noto Sans SC", "KjExtSerif")',
    "kai": '("Tinos", "LXGW WenKai", "KjExtSerif")',
    "fang": '("Tinos", "Noto Serif SC", "KjExtSerif")',
}
HEAD = """#set text(lang: "zh", region: "cn", top-edge: 0.8em, bottom-edge: -0.2em)
#show heading: set block(above: 0pt, below: 0pt)
"""


def write(document: Document, media: Mapping[str, bytes], folder: Path) -> Path:
    """Write `document` as main.typ with its pictures into `folder` and return the path of main.typ."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in document.blocks():
        if isinstance(picture, blocks.Picture):
            (folder / _file_name(picture.media, media)).write_bytes(media[picture.media])
    source = folder / "main.typ"
    source.write_text("\n".join(_lines(document, media)), encoding="utf-8")
    return source


def _file_name(sha256: str, media: Mapping[str, bytes]) -> str:
    ending = "png" if media[sha256].startswith(b"\x89PNG") else "jpg"
    return f"{sha256[:16]}.{ending}"


def _lines(document: Document, media: Mapping[str, bytes]) -> Iterator[str]:
    style = document.style
    yield f"#set document(title: {_text(document.title)})"
    yield (
        f"#set page(width: {style.width_mm}mm, height: {style.height_mm}mm, margin: (top: {style.top_mm}mm, "
        f"bottom: {style.bottom_mm}mm, left: {style.left_mm}mm, right: {style.right_mm}mm))"
    )
    yield HEAD
    for name, told in style.texts.items():
        yield _style(name, told)
    for level in (1, 2, 3):
        yield f"#show heading.where(level: {level}): it => s-heading{level}(it.body)"
    for part in document.parts:
        yield "#pagebreak(weak: true)"
        if part.page_numbers:
            yield "#counter(page).update(1)"
            yield '#set page(footer: context align(center, text(size: 9pt, counter(page).display("1"))))'
        for block in part.blocks:
            yield "#" + _block(block, document, media)


def _style(name: str, style: TextStyle) -> str:
    weight = '"bold"' if style.bold else '"regular"'
    align = "left" if style.align == "justify" else style.align
    justify = str(style.align == "justify").lower()
    leading = f"{style.leading_pt - style.size_pt:.2f}pt"
    first = f"(amount: {style.first_line_chars}em, all: true)"
    return (
        f"#let s-{_name(name)}(it) = block(width: 100%, above: {style.before_pt + 4}pt, below: {style.after_pt}pt, {{\n"
        f"  set text(font: {FONTS[style.font]}, size: {style.size_pt}pt, weight: {weight})\n"
        f"  set par(justify: {justify}, leading: {leading}, first-line-indent: {first})\n"
        f"  set par(hanging-indent: {style.hanging_chars}em)\n"
        f"  pad(left: {style.indent_chars - style.hanging_chars}em, align({align}, it)) }})"
    )


def _name(style: str) -> str:
    return style.replace("_", "-")


def _block(block: Block, document: Document, media: Mapping[str, bytes]) -> str:
    match block:
        case blocks.Heading():
            return f"heading(level: {block.level}, {_text(block.text)})"
        case blocks.Table():
            return _table(block, document)
        case blocks.Picture():
            size = f"width: {block.width_mm:.2f}mm, height: {block.height_mm:.2f}mm"
            image = f'align(center, image("{_file_name(block.media, media)}", {size}, alt: {_text(block.alt)}))'
            return f"{{ {image}; {_caption(block)} }}"
        case blocks.Drawing():
            return f"{{ {_drawing(block)}; {_caption(block)} }}"
        case blocks.Contents():
            return f"outline(title: s-contents-title({_text(block.title)}), depth: {block.depth})"
        case blocks.Spacer():
            return f"v({block.height_mm}mm)"
        case blocks.PageBreak():
            return "pagebreak(weak: true)"
        case _:
            return _prose(block)


def _prose(block: blocks.Paragraph | blocks.ListBlock | blocks.Formula | blocks.Signature) -> str:
    match block:
        case blocks.Paragraph():
            return _set(block.style, block.runs)
        case blocks.ListBlock():
            items = (_set("list", (Run(f"{item.marker} "), *item.runs)) for item in block.items)
            return f"{{ {'; '.join(items)} }}"
        case blocks.Formula():
            return _set("formula", (Run(block.latex, italic=True),))
        case blocks.Signature():
            lines = "; ".join(_set(line.style, line.runs) for line in block.paragraphs)
            return f"block(width: 100%, height: {block.height_mm}mm, stroke: 0.5pt, inset: 3mm, {{ {lines} }})"


def _caption(block: blocks.Table | blocks.Picture | blocks.Drawing) -> str:
    return _set("caption", (Run(caption_of(block)),)) if caption_of(block) else "[]"


def _set(style: str, runs: Runs) -> str:
    return f"s-{_name(style)}({_runs(runs)})"


def _runs(runs: Runs) -> str:
    return f"{{ {'; '.join(_run(run) for run in runs)} }}" if runs else "[]"


def _run(run: Run) -> str:
    told = f"[#{_text(run.text)}]"
    for wanted, function in ((run.underline, "underline"), (run.sub, "sub"), (run.sup, "super")):
        if wanted:
            told = f"{function}({told})"
    if run.bold or run.italic:
        marks = ['weight: "bold"'] * run.bold + ['style: "italic"'] * run.italic
        told = f"text({', '.join(marks)}, {told})"
    return told


def _text(text: str) -> str:
    """Return a string of Typst; it knows the escapes of JSON that can appear, the others are written as they are."""
    return json.dumps(text, ensure_ascii=False)


def _table(table: blocks.Table, document: Document) -> str:
    style = document.style.table(table.style)
    shares = ", ".join(f"{column.share:.4f}fr" for column in table.columns)
    stroke = f"{style.line_pt}pt" if style.lines == "all" else "none"
    head = ", ".join(cell for row in table.header for cell in _cells(row, table, document))
    body = ", ".join(cell for row in table.rows for cell in _cells(row, table, document))
    parts = [part for part in (f"table.header({head})" if head else "", body) if part]
    inset = f"(x: {style.padding_x_mm}mm, y: {style.padding_y_mm}mm)"
    return (
        f"{{ {_caption(table)}; table(columns: ({shares},), stroke: {stroke}, inset: {inset}, {', '.join(parts)}); "
        f"v({style.after_mm}mm) }}"
    )


def _cells(row: Row, table: blocks.Table, document: Document) -> Iterator[str]:
    at = 0
    for cell in row.cells:
        yield _cell(cell, table, at, document)
        at += cell.span


def _cell(cell: Cell, table: blocks.Table, at: int, document: Document) -> str:
    style = document.style.table(table.style)
    name = style.head if cell.head else style.text
    inner = "; ".join(_set(name, runs) for runs in cell.paragraphs) or "[]"
    align = cell.align or (document.style.text(name).align if cell.head else table.columns[at].align)
    fill = f', fill: rgb("{style.head_fill}")' if cell.head and style.head_fill else ""
    return f"table.cell(colspan: {cell.span}, align: {'left' if align == 'justify' else align}{fill}, {{ {inner} }})"


def _drawing(drawing: blocks.Drawing) -> str:
    shapes = "; ".join(_shape(shape) for shape in drawing.shapes)
    return (
        f"align(center, box(width: {drawing.width_mm}mm, height: {drawing.height_mm}mm, align(left, {{ {shapes} }})))"
    )


def _shape(shape: blocks.Shape) -> str:
    match shape:
        case blocks.Rect():
            fill = f'rgb("{shape.fill}")' if shape.fill else "none"
            stroke = f'{shape.line_mm}mm + rgb("{shape.line}")' if shape.line else "none"
            box = f"rect(width: {shape.width}mm, height: {shape.height}mm, fill: {fill}, stroke: {stroke})"
            return f"place(dx: {shape.x}mm, dy: {shape.y}mm, {box})"
        case blocks.Line():
            ends = f"start: ({shape.x1}mm, {shape.y1}mm), end: ({shape.x2}mm, {shape.y2}mm)"
            return f'place(line({ends}, stroke: {shape.width_mm}mm + rgb("{shape.colour}")))'
        case blocks.Label():
            up = shape.size_pt * 0.3528 * 0.8
            text = (
                f'text(font: {FONTS["hei"]}, size: {shape.size_pt}pt, fill: rgb("{shape.colour}"), {_text(shape.text)})'
            )
            return f"place(dx: {shape.x}mm, dy: {shape.y - up:.2f}mm, {text})"
