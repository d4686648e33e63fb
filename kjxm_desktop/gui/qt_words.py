"""The words of Qt's own dialogs and menus (替换, 剪切, 取消 …), in the language of the window."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

_FILES = {"zh": "qtbase_zh_CN"}
_NAME = "words of qt"


def speak(application: QApplication, language: str) -> None:
    """Let Qt speak `language` from now on: English where its words are not installed."""
    for old in cast("list[QTranslator]", application.findChildren(QTranslator, _NAME)):
        application.removeTranslator(old)
        old.setObjectName("")
        old.deleteLater()
    words = QTranslator(application)
    words.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language in _FILES and words.load(_FILES[language], folder):
        application.installTranslator(words)
