"""Data that answers everything a call asks, each answer told apart from every other."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from PIL import Image

from kjxm_desktop.core import json_pointer, pictures
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal


def picture_bytes(width: int = 300, height: int = 200) -> bytes:
    """Return a small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#4d6a88").save(out, "PNG")
    return out.getvalue()


def proposal(call: Call, chosen: Mapping[str, Json] | None = None) -> Proposal:
    """Return a proposal in which everything is answered, two rows a table; `chosen` are answers by pattern."""
    return _Filler(Proposal(call), chosen or {}).filled()


@dataclass
class _Filler:
    made: Proposal
    chosen: Mapping[str, Json]
    numbers: Iterator[int] = field(default_factory=lambda: count(101))

    def filled(self) -> Proposal:
        self._add_rows()
        for control in self.made.call.form.controls:
            for pattern in control.columns or (control,):
                for pointer in json_pointer.expand(self.made.data, pattern.pointer) or ():
                    self._answer(pattern, pointer)
                if not pattern.in_table:
                    self._answer(pattern, pattern.pointer)
                else:
                    for row in (0, 1):
                        self._answer(pattern, pattern.pointer.replace("*", str(row)))
        return self.made

    def _add_rows(self) -> None:
        for control in self.made.call.form.controls:
            if control.kind == "table":
                rows = [{"id": f"row{next(self.numbers)}"} for _ in range(2)]
                self.made.data = json_pointer.set_in(self.made.data, control.pointer, rows)

    def _answer(self, control: Control, pointer: str) -> None:
        value = self.chosen.get(control.pointer)
        if value is None:
            value = self._value(control, pointer)
        self.made.data = json_pointer.set_in(self.made.data, pointer, value)

    def _value(self, control: Control, pointer: str) -> Json:
        number = next(self.numbers)
        day = f"{1900 + number}-{number % 12 + 1:02d}"
        match control.kind:
            case "rich":
                return self._rich(number)
            case "file":
                return self.made.add_media(b"%PDF-1.4 " + str(number).encode())
            case "picture":
                return {"media": self._picture(), "caption": f"图题{number}毕", "alt": f"图意{number}毕"}
            case "choice" | "choices":
                options = self.made.call.form.options(control, self.made.data, pointer)
                ids = [option.id for option in options]
                return ids[:2] if control.kind == "choices" else ids[0] if ids else None
        simple: dict[str, Json] = {
            "line": f"行{number}毕",
            "text": f"句{number}毕\n又{number}毕",
            "number": number if control.schema.get("type") == "integer" else str(number),
            "money": f"{number}.{number % 89 + 10}",
            "month": day,
            "day": f"{day}-{number % 28 + 1:02d}",
            "yes_no": True,
        }
        return simple[control.kind]

    def _picture(self) -> str:
        return self.made.add_media(pictures.normalise(picture_bytes(), "a").data)

    def _rich(self, number: int) -> Json:
        return [
            {"type": "paragraph", "runs": [{"text": f"段{number}毕"}, {"text": "粗", "bold": True}]},
            {"type": "list", "ordered": True, "items": [[{"text": f"项{number}毕"}], [{"text": f"末{number}毕"}]]},
            {
                "type": "table",
                "header": True,
                "rows": [[[{"text": f"头{number}毕"}]], [[{"text": f"格{number}毕"}]]],
                "caption": f"表题{number}毕",
            },
            {"type": "picture", "media": self._picture(), "caption": f"图题{number}毕", "alt": f"图意{number}毕"},
            {"type": "formula", "latex": f"x_{{{number}}}"},
        ]
