"""A proposal whose every answer says what machines stumble over: markup, rare characters, and more of it than fits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count

from kjxm_desktop.core import json_pointer, pictures, rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from tests.export import filled
from tests.export.conftest import KJXM, call_of

ASCII = "".join(map(chr, range(32, 127)))
MARKUP = (
    "R&D <b>&amp;</b> <!-- --> </w:t> ]]> <img src='file:///etc/passwd'/> %PDF-1.7 endstream endobj "
    r"{year} {/project/title} \n \u0000 ${x} =1+1 %s {0}"
)
RARE = "㛃䶮𬶋𠮷𡋾"
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ"
EMOJI = "😀👩‍🔬🧪"
URL = "https://example.org/" + "/".join(f"section-{at}/page_{at}.html?q={at}&r=%E4%B8%AD" for at in range(8))[:279]
UNITS = (
    "升温 25 ℃（77 ℉），盐度 35‰，面积 1,234.56 m²，CO₂ 与 H₂O，12%～15%，μg/kg，±0.5 mm，GB/T 9704-2012，№ 7，™ ® ©"
)
DASHES = "前——中——————后……末…………，“外‘内“再”内’外”；《甲〈乙〉甲》（丙〔丁〕丙）【戊】『己』「庚」！？"
FULL_WIDTH = "ＡＢＣ１２３％（＂＇）／～　全角　空格"
SPACES = "窄\u2009空\u202f格\u2003宽\u3000格 与  两个   三个空格"
WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis"
LINE = f"{MARKUP} {RARE} {MONGOLIAN} {UNITS}"
"""What every one-line answer says, with a number behind it by which it is told apart."""

WIDE, TALL = (4000, 200), (200, 4000)
MEMBERS, BUDGET_LINES, ITEMS, COLUMNS = 40, 60, 60, 12


@cache
def proposal() -> Proposal:
    """Return the proposal; whoever changes it works on a copy."""
    made = filled.proposal(call_of(KJXM))
    _grow(made, "/team/members", MEMBERS)
    _grow(made, "/budget/lines", BUDGET_LINES)
    numbers = count(1001)
    for control, pointer, value in list(leaves(made.call, made.data)):
        number = next(numbers)
        match control.kind:
            case "line":
                made.set(pointer, rich_text.clean_line(f"{_short(pointer)}{number}毕"))
            case "text":
                made.set(pointer, rich_text.clean_text(f"{ASCII}{number}毕\n{DASHES}{number}毕"))
            case "rich":
                made.set(pointer, rich_text.normalise([*_every_kind(number), *value]))
            case "picture":
                made.set(pointer, {**value, "caption": f"{LINE}{number}毕", "alt": f"{ASCII}{number}毕"})
            case _:
                pass
    for pointer, blocks in _too_much(made).items():
        made.set(pointer, rich_text.normalise(blocks))
    made.set("/project/keywords", [rich_text.clean_line(f"{MARKUP[at : at + 40]}{RARE}") for at in (0, 40, 80)])
    made.set("/schedule/milestones/0/task", rich_text.clean_text("".join(_sentences(10_000))))
    made.set("/summary/text", rich_text.normalise([_cited(made), *made.get("/summary/text")]))
    return made


def _grow(made: Proposal, pointer: str, rows: int) -> None:
    """Let the table at `pointer` have that many rows, told apart by their ids."""
    first: Json = made.get(pointer)[0]
    grown = [{**first, "id": f"row-{at}"} for at in range(rows)]
    made.data = json_pointer.set_in(made.data, pointer, grown)


def _short(pointer: str) -> str:
    """Return what a line says: all of it where the line is prose, less in the many cells of long tables."""
    if pointer.startswith(("/team/members/", "/budget/lines/")):
        return f"{RARE}<b>&amp;{UNITS[:22]}"
    return LINE


def _paragraph(*runs: Json) -> Json:
    return {"type": "paragraph", "runs": [{"text": run} if isinstance(run, str) else run for run in runs]}


def _every_kind(number: int) -> Iterator[Json]:
    """Yield one block of each kind of text."""
    marks = [{"text": f"{mark}{RARE}<{mark}>", mark: True} for mark in rich_text.MARKS]
    yield _paragraph(f"{LINE}{number}毕", *marks)
    yield _paragraph("CO", {"text": "2", "sub": True}, "与 CO₂、10", {"text": "-3", "sup": True}, f" m³ 以及{number}毕")
    yield {"type": "list", "ordered": number % 2 == 0, "items": [[{"text": f"{ASCII}{number}毕"}], [{"text": DASHES}]]}
    rows = [[[{"text": f"{ASCII[:60]}{number}毕"}], [{"text": "乙"}]], [[{"text": f"{UNITS}{number}毕"}], []]]
    yield {"type": "table", "header": True, "rows": rows, "caption": f"{MARKUP}{number}毕"}
    yield _paragraph(
        "当", {"formula": rf"x_{{{number}}}\le\frac{{a&b}}{{c}}"}, "时，", {"formula": r"\alpha^2"}, "成立。"
    )


def _too_much(made: Proposal) -> dict[str, list[Json]]:
    """Return text, tables, lists and pictures that are larger than what they have to stand in, by pointer."""
    odd = (DASHES * 6, FULL_WIDTH, SPACES, EMOJI, f"见 {URL} 一文。", "——" * 60, "……" * 60, "（" * 50 + "）" * 50)
    nested = "“" * 40 + "深" + "”" * 40
    items = [[{"text": f"第{at}项：{UNITS}"}] for at in range(1, ITEMS + 1)]
    wide = [_cells(*(f"{down}行{across}列{'长' * across}" for across in range(COLUMNS))) for down in range(9)]
    long = [_cells("名", "长格"), _cells("甲", "".join(_sentences(4_000)))]
    words = [_cells("一个词", "w" * 10_000), _cells("又一个", WORD * 3)]
    return {
        "/approach/route": [
            *(_paragraph(told) for told in (*odd, nested)),
            {"type": "list", "ordered": True, "items": items},
            *(_picture(made, size, told) for size, told in ((WIDE, "宽"), (TALL, "高"))),
            *({"type": "formula", "latex": latex} for latex in _FORMULAS),
        ],
        "/approach/feasibility": [_paragraph("7" * 5_000), _paragraph(WORD * 12 + " " + f"{WORD} " * 12)],
        "/foundation/conditions": [
            {"type": "table", "header": True, "rows": wide, "caption": "十二列"},
            {"type": "table", "header": True, "rows": long, "caption": "长格"},
        ],
        "/foundation/achievements": [{"type": "table", "header": False, "rows": words}],
    }


def _picture(made: Proposal, size: tuple[int, int], told: str) -> Json:
    media = made.add_media(pictures.normalise(filled.picture_bytes(*size), told).data)
    return {"type": "picture", "media": media, "caption": f"{told}图{LINE}", "alt": f"{told}图<b>&amp;"}


_FORMULAS = (
    r"\sum_{i=1}^{n} x_i^2 \le \sqrt{\frac{\alpha+\beta}{\gamma}}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"Y = \text{产量} \times 1.5\%",
    r"\nosuchcommand{<b>&amp;} \frac{",
    "+".join(f"x_{{{at}}}" for at in range(60)),
)


def _cited(made: Proposal) -> Json:
    """Return a paragraph that cites each of the references, the last first."""
    ids = [row["id"] for row in reversed(made.get("/basis/references"))]
    return _paragraph("前人已有研究", *({"cite": reference} for reference in ids), "。")


def _cells(*texts: str) -> list[Json]:
    return [[{"text": text}] for text in texts]


def _sentences(length: int) -> Iterator[str]:
    """Yield `length` characters of numbered sentences."""
    told = 0
    for number in count(1):
        sentence = f"第{number}句，{RARE}有 {number}.5 kg；"[: length - told]
        told += len(sentence)
        yield sentence
        if told >= length:
            return
