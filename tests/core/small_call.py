"""A call as small as one can be, with one control of each kind that storage cares about."""

import io
import json
import random
from pathlib import Path

from PIL import Image

from kjxm_desktop.core.call import Shelf

NOTICE = "一、支持范围\n征集工业余热利用项目。\n"
RICH = {"$ref": "#/$defs/rich"}


def _text(zh):
    return {"zh": zh, "en": zh}


def _object(**properties):
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _control(pointer, kind, **more):
    return {"pointer": pointer, "kind": kind, "label": _text(pointer), "hint": _text("写清楚。"), **more}


CALL = {
    "format": 1,
    "id": "small",
    "version": "1.0",
    "title": _text("小专项"),
    "short_title": _text("小专项"),
    "year": 2024,
    "issuer": "某院",
    "fund": "某专项",
    "issued": "2024-05-20",
    "deadline": "2024-06-20",
    "contact": {"name": "某人", "phones": ["0471-1234567"], "email": "a@example.cn", "address": "某地"},
    "stand_in": _text("样式暂定"),
    "clauses": {"一": "一、支持范围"},
    "file_name": {"pattern": "{year}_{/project/title}", "cut": "/project/title", "draft_suffix": "_草稿"},
    "mail": {"to": "a@example.cn", "subject": "{/project/title}", "body": "{files}"},
    "summary": {"title": "/project/title"},
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "project": _object(
            title={"type": "string"},
            funds={"type": "string", "pattern": "^[0-9]+$"},
            text=RICH,
            figure=_object(media={"type": "string"}, caption={"type": "string"}, alt={"type": "string"}),
        ),
        "files": _object(
            rows={
                "type": "array",
                "items": _object(id={"type": "string"}, name={"type": "string"}, media={"type": "string"}),
            }
        ),
    },
    "$defs": {"rich": {"type": "array"}},
}
FORM = {
    "format": 1,
    "lists": {},
    "sections": [
        {
            "id": "project",
            "title": _text("项目"),
            "hint": _text("项目。"),
            "groups": [
                {
                    "controls": [
                        _control("/project/title", "line"),
                        _control("/project/funds", "money"),
                        _control("/project/text", "rich"),
                        _control("/project/figure", "picture"),
                    ]
                }
            ],
        },
        {
            "id": "files",
            "title": _text("附件"),
            "hint": _text("附件。"),
            "groups": [
                {
                    "controls": [
                        _control(
                            "/files/rows",
                            "table",
                            columns=[_control("/files/rows/*/name", "line"), _control("/files/rows/*/media", "file")],
                        )
                    ]
                }
            ],
        },
    ],
}


def write_call(folder: Path) -> Path:
    """Write the call as a folder under `folder` and return that."""
    own = folder / "small"
    own.mkdir(parents=True)
    told = {
        "call.json": CALL,
        "data.schema.json": SCHEMA,
        "form.json": FORM,
        "rules.json": {"format": 1, "rules": [], "manual": []},
    }
    for name, value in (told | {"document.json": {"format": 1}}).items():
        (own / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    (own / "notice.txt").write_text(NOTICE, encoding="utf-8")
    return folder


def shelf(folder: Path) -> Shelf:
    """Return a shelf that has the small call installed."""
    return Shelf(write_call(folder))


def photograph(seed: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a JPEG without any two neighbouring pixels alike."""
    target = io.BytesIO()
    Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3)).save(target, "JPEG")
    return target.getvalue()
