"""The dialog that imports a Word file: from a file of another year, and from one that carries our own data."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollBar

from kjxm_desktop.gui.import_word_dialog import ImportWordDialog
from tests.exchange.word_files import by_hand, last_year, p
from tests.shots.stage import Stage


def importing(stage: Stage) -> None:
    """Show the dialog as it opens, at its end, and with nothing chosen."""
    stage.open_example("nearly-finished")
    dialog = _dialog(stage, "2023年申请书.docx", last_year())
    stage.take("import of a Word file", dialog)
    bar: QScrollBar = dialog.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.take("import of a Word file, its end", dialog)
    dialog.none_button.click()
    stage.take("import of a Word file, nothing chosen", dialog)
    dialog.close()
    dialog = _dialog(stage, "没有标题的说明.docx", by_hand(p("这份文件没有标题，只有一段话。")))
    stage.take("import of a Word file without headings", dialog)
    dialog.close()
    stage.window.close_proposal()


def _dialog(stage: Stage, name: str, data: bytes) -> ImportWordDialog:
    path = stage.folder / name
    path.write_bytes(data)
    stage.window.import_word.read(path)
    stage.until(lambda: any(dialog.isVisible() for dialog in stage.window.findChildren(ImportWordDialog)))
    return next(dialog for dialog in stage.window.findChildren(ImportWordDialog) if dialog.isVisible())
