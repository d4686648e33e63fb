"""Blocks as HTML for other programs: plain, as Word, WPS, LibreOffice and browsers take it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from kjxm_desktop.core.json_pointer import Json


def to_html(blocks: Sequence[Json]) -> str:
    """Return blocks as plain HTML that Word, WPS and browsers take; pictures and formulas as their words."""
    return "".join(_html_block(block) for block in blocks)


def _html_block(block: Json) -> str:
    match block["type"]:
        case "paragraph":
            return f"<p>{_html_runs(block['runs'])}</p>"
        case "list":
            tag = "ol" if block["ordered"] else "ul"
            return f"<{tag}>" + "".join(f"<li>{_html_runs(item)}</li>" for item in block["items"]) + f"</{tag}>"
        case "table":
            rows = ("".join(f"<td>{_html_runs(cell)}</td>" for cell in row) for row in block["rows"])
            return '<table border="1">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
        case "formula":
            return f"<p>{html.escape(block['latex'])}</p>"
        case _:
            return f"<p>{html.escape(block.get('caption', ''))}</p>"


def _html_runs(runs: Sequence[Json]) -> str:
    tags = {"bold": "b", "italic": "i", "underline": "u", "sub": "sub", "sup": "sup"}
    written: list[str] = []
    for run in runs:
        text = html.escape(run.get("text", run.get("formula", "")))
        for mark, tag in tags.items():
            if run.get(mark):
                text = f"<{tag}>{text}</{tag}>"
        written.append(text)
    return "".join(written)
