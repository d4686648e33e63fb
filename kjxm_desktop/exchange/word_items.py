"""What stands in a Word document: paragraphs, tables, pictures, formulas; and the signs that fonts of symbols show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange.word_styles import Counted

_SYMBOLS: Final[Mapping[str, Mapping[int, str]]] = {
    "wingdings": {
        0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "□", 0x6E: "■", 0x6C: "●", 0xD8: "➢", 0xE0: "→",
        0x75: "◆", 0xA7: "▪", 0x71: "❑",
    },
    "wingdings 2": {0x52: "☑", 0x50: "✓", 0xA3: "☐", 0x54: "☒", 0x4F: "✗", 0x97: "●"},
    "symbol": {
        0xB7: "•", 0xB4: "×", 0xB8: "÷", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xBB: "≈", 0xB0: "°", 0xA5: "∞",
        0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x44: "Δ", 0x65: "ε", 0x68: "η", 0x71: "θ", 0x6C: "λ", 0x6D: "μ",
        0x70: "π", 0x72: "ρ", 0x73: "σ", 0x53: "Σ", 0x74: "τ", 0x66: "φ", 0x77: "ω", 0x57: "Ω", 0xAE: "→", 0x6A: "ϕ",
    },
}  # fmt: skip


@dataclass
class Paragraph:
    """A paragraph: its runs as blocks have them, its outline level (0 the highest, None: text), how it is counted."""

    runs: list[Json] = field(default_factory=list[Json])
    level: int | None = None
    counted: Counted | None = None
    is_caption: bool = False
    is_label: bool = False  # what a form asks for, in a cell beside the answer

    @property
    def text(self) -> str:
        """Return its text, of formulas the source."""
        return "".join(str(run.get("text", run.get("formula", ""))) for run in self.runs)

    @property
    def is_bold(self) -> bool:
        """Tell whether all that it says is bold."""
        said = [run for run in self.runs if str(run.get("text", "")).strip()]
        return bool(said) and all(run.get("bold") for run in said)


@dataclass
class Picture:
    """A picture in the text: the id of the part that holds it, and the words for those who cannot see it."""

    link: str
    alt: str = ""


@dataclass
class Formula:
    """A formula on a line of its own."""

    latex: str


@dataclass
class Table:
    """Rows of cells, each with its own items; cells that others reach over are empty. `header`: so is the first row."""

    rows: list[list[list[Item]]] = field(default_factory=list[list[list["Item"]]])
    header: bool = False


Item = Paragraph | Picture | Formula | Table


def visit(items: Iterable[Item], see: Callable[[Item], None]) -> None:
    """Let `see` have each item, those in cells too, in their order."""
    for item in items:
        see(item)
        if isinstance(item, Table):
            for row in item.rows:
                for cell in row:
                    visit(cell, see)


def symbol(font: str, told: str) -> str | None:
    """Return the sign that the character `told`, a number in hexadecimal, shows in a font; None where it is unknown.

    Fonts of symbols have their signs at 0xF000 and up (ISO 29500-1 §17.3.3.30).
    """
    try:
        number = int(told, 16)
    except ValueError:
        return None
    if number >= 0xF000 or number < 0x100:
        return _SYMBOLS.get(font.lower(), {}).get(number & 0xFF)
    return chr(min(number, 0xFFFF))
