"""What is shown of a mailed document that was edited: a DOCX by words, marks, contents and code, a PDF by its pages."""

from __future__ import annotations

from typing import Literal

from kjxm_desktop.exchange.returned import Difference, Returned
from kjxm_desktop.export.printed import Span
from kjxm_desktop.gui.returned_dialog import ReturnedDialog
from tests.shots.stage import Stage

_LOW = (Span("每年少排 CO"), Span("2", ("sub",)), Span(" 共 10"), Span("3", ("sup",)), Span(" 吨。"))
_PLAIN = "每年少排 CO2 共 103 吨。"
IN_DOCX = (
    Difference("", "", "PTTP-6YQQ-WRR0", "AAAA-BBBB-CCCC", kind="code"),
    Difference("summary", "/summary/text/0", "第二段讲做法。", "第二段讲作法和成果。"),
    Difference("summary", "/summary/text/1", _PLAIN, _PLAIN, kind="marks", looks=(_LOW, ())),
    Difference("", "", "三、项目摘要", "三、项目简介", kind="contents"),
)
IN_PDF = (
    Difference("", "", "1", "1", kind="page_other"),
    Difference("", "", "2", "3", kind="page_moved"),
    Difference("", "", "7", "", kind="page_gone"),
    Difference("", "", "", "9", kind="page_new"),
)


def returned(stage: Stage) -> None:
    """Show the choice between data and document, and what of a PDF is told without one."""
    stage.open_example("nearly-finished")
    _take(stage, "docx", IN_DOCX)
    _take(stage, "pdf", IN_PDF)
    stage.window.close_proposal()


def _take(stage: Stage, kind: Literal["docx", "pdf"], differences: tuple[Difference, ...]) -> None:
    found = Returned(stage.session.proposal, kind, "PTTP-6YQQ-WRR0", False, differences)
    dialog = ReturnedDialog(f"寄回.{kind}", found, [one.kind in ("text", "marks") for one in differences], stage.window)
    dialog.show()
    stage.take(f"a mailed {kind.upper()} was edited", dialog)
    dialog.close()
    dialog.deleteLater()
    stage.rest()
