"""Fields for a picture and for a file: chosen, dropped or pasted, kept by content."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QFileDialog, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import MEDIA_CAP_BYTES
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.text_fields import bare_line
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

PREVIEW_HEIGHT = 180


def read_file(path: Path, pointer: str = "") -> bytes:
    """Return the bytes of a file chosen for `pointer`. Raises KjxmError data.file_missing, data.file_too_big."""
    try:
        if path.stat().st_size > MEDIA_CAP_BYTES:
            raise KjxmError("data.file_too_big", pointer=pointer, file=path.name, limit=MEDIA_CAP_BYTES // 1_000_000)
        return path.read_bytes()
    except OSError as error:
        raise KjxmError("data.file_missing", pointer=pointer, file=path.name) from error


def picture_from(mime: QMimeData) -> tuple[bytes, str] | None:
    """Return the bytes and the name of a picture that was dropped or pasted; None when there is none."""
    path = _one_file(mime)
    if path is not None:
        return read_file(path), path.name
    for kind in ("image/png", "image/jpeg"):
        if mime.hasFormat(kind):
            return bytes(mime.data(kind).data()), strings.text("gui_form.picture.pasted_name")
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return _png(image), strings.text("gui_form.picture.pasted_name")
    return None


def _one_file(mime: QMimeData) -> Path | None:
    local = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return local[0] if len(local) == 1 else None


def _png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(held.data())


def size_in_words(size_bytes: int) -> str:
    """Return a size of a file for people, as 1.2 MB."""
    if size_bytes >= 100_000:
        return f"{size_bytes / 1_000_000:.1f}\u00a0MB"
    return f"{max(1, round(size_bytes / 1000))}\u00a0KB"


class DropArea(QWidget):
    """A place that takes a picture or a file: shows it, or says how to bring one."""

    offered = Signal(object)
    """A QMimeData that was dropped or pasted here."""

    def __init__(self, invitation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = self._invitation = invitation
        self._picture: QPixmap | None = None
        self._over = False
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_picture(self, picture: QPixmap | None, words: str = "") -> None:
        """Show a picture; without one `words` on what is kept here, or the invitation again."""
        self._picture = picture
        self._words = words or self._invitation
        self.setToolTip(tip(words))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Ask for the height of the picture, at most that of a preview."""
        return QSize(320, PREVIEW_HEIGHT if self._picture else 18 * theme.SPACE_GRID)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Ctrl+V."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.offered.emit(QGuiApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what holds a picture or one file."""
        mime = event.mimeData()
        if mime.hasImage() or _one_file(mime) is not None:
            event.acceptProposedAction()
            self._over = True
            self.update()

    @override
    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        self._over = False
        self.update()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on what was dropped."""
        self._over = False
        self.update()
        event.acceptProposedAction()
        self.offered.emit(event.mimeData())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture in its proportions, or the words."""
        painter = QPainter(self)
        if self._over:
            painter.fillRect(self.rect(), theme.colour("selection"))
        if self._picture is None:
            painter.setPen(theme.colour("quiet" if self._words == self._invitation else "text"))
            room = self.rect().adjusted(theme.SPACE_GRID, 0, -theme.SPACE_GRID, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.rect().adjusted(4, 4, -4, -4)
        size = self._picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawPixmap(
            room.x(), room.y() + (room.height() - size.height()) // 2, size.width(), size.height(), self._picture
        )


class MediaField(Field):
    """What picture and file have in common: an area, buttons to choose and to remove, one line of facts."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._area = DropArea(strings.text(f"gui_form.{control.kind}.invitation"), self)
        self._box = FieldBox(self._area, self)
        self._facts = Label("", "hint", "quiet")
        self._choose = QPushButton(strings.text(f"gui_form.{control.kind}.choose"), self)
        self._remove = QPushButton(strings.text("gui_form.media.remove"), self)
        self._remove.setFlat(True)
        buttons = QWidget(self)
        lay_out(buttons, self._choose, self._remove, self._facts, across=True, spacing=2 * theme.SPACE_GRID)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        lay_out(self, self._box, buttons)
        self._area.offered.connect(self._on_offered)
        self._choose.clicked.connect(self._on_choose)
        self._remove.clicked.connect(self._on_remove)

    @override
    def input_widget(self) -> QWidget:
        """Return the area that takes drops and Ctrl+V."""
        return self._area

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    def take(self, data: bytes, name: str) -> None:
        """Put the bytes of a file into the field. Raises KjxmError when they cannot be used."""
        raise NotImplementedError

    def remove(self) -> bool:
        """Take out what the field holds; False when that was refused."""
        done = self.put(None, apart=True)
        if done:
            self.show_value(None)
        return done

    def choose_filter(self) -> str:
        """Return the filter of the dialog that chooses a file."""
        return strings.text("gui_form.file.filter")

    def _bring(self, read: Callable[[], tuple[bytes, str] | None]) -> None:
        """Take what `read` returns; what was said of an earlier file goes, a new refusal is said."""
        self.noted.emit("")
        try:
            found = read()
            if found is not None:
                self.take(*found)
        except KjxmError as error:
            self.refuse(error)

    def _on_offered(self, mime: QMimeData) -> None:
        self._bring(lambda: self._from_mime(mime))

    def _from_mime(self, mime: QMimeData) -> tuple[bytes, str] | None:
        path = _one_file(mime)
        return (read_file(path, self.pointer), path.name) if path else None

    def _on_choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, strings.text(f"gui_form.{self.control.kind}.choose"), "", self.choose_filter()
        )
        if name:
            self._bring(lambda: (read_file(Path(name), self.pointer), Path(name).name))

    def _on_remove(self) -> None:
        self.noted.emit("")
        if self.remove():
            self._choose.setFocus()

    def _show_facts(self, facts: str) -> None:
        self._facts.setText(facts)
        self._remove.setVisible(bool(facts))
        key = "media.replace" if facts else f"{self.control.kind}.choose"
        self._choose.setText(strings.text(f"gui_form.{key}"))


class PictureField(MediaField):
    """A picture with a caption and words for those who cannot see it. Its value is {"media", "caption", "alt"}."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._value: dict[str, Json] = {}
        self._words = {key: bare_line(self) for key in ("caption", "alt")}
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        for key, line in self._words.items():
            line.setAccessibleName(strings.text(f"gui_form.picture.{key}"))
            watch = TypingWatch(line, session)
            watch.left.connect(self._on_left)
            line.textEdited.connect(partial(self._on_words, key))
            column.addWidget(Label(strings.text(f"gui_form.picture.{key}"), "hint", "quiet"))
            column.addWidget(FieldBox(line, self))

    @override
    def show_value(self, value: Json) -> None:
        """Show the picture with its words."""
        self._value = dict(value or {})
        data = self.session.media(str(self._value.get("media", "")))
        picture = QPixmap()
        self._area.show_picture(picture if data and picture.loadFromData(data) else None)
        told = (
            strings.text(
                "gui_form.picture.facts", width=picture.width(), height=picture.height(), size=size_in_words(len(data))
            )
            if data
            else ""
        )
        self._show_facts(told)
        for key, line in self._words.items():
            if line.text() != (words := str(self._value.get(key, ""))):
                line.setText(words)
            line.setEnabled(bool(self._value))

    @override
    def take(self, data: bytes, name: str) -> None:
        """Take a picture through the one normaliser; its words stay."""
        # Loaded when the first picture is brought: the picture library is none of the first page's business.
        from kjxm_desktop.core import pictures

        sha256 = self.session.add_media(pictures.normalise(data, name).data)
        if self.put({**self._value, "media": sha256}, apart=True):
            self.show_value(self.session.value(self.pointer))

    @override
    def choose_filter(self) -> str:
        """Offer the kinds of pictures that can be used."""
        return strings.text("gui_form.picture.filter")

    @override
    def _from_mime(self, mime: QMimeData) -> tuple[bytes, str] | None:
        return picture_from(mime)

    def _on_words(self, key: str, text: str) -> None:
        value = {**self._value, key: rich_text.clean_line(text)}
        value = {name: words for name, words in value.items() if words}
        if "media" in value and self.put(value):
            self._value = value

    def _on_left(self) -> None:
        self.session.seal()
        self.left.emit()


class FileField(MediaField):
    """A file that travels with the draft. Its value is the SHA-256 of its bytes; a name beside it takes the file's."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        session.value_changed.connect(self._on_value_changed)

    @override
    def show_value(self, value: Json) -> None:
        """Show what the file is called and how large it is."""
        data = self.session.media(str(value)) if value else None
        told = "" if value is None else strings.text("gui_form.file.missing")
        if data is not None:
            told = strings.text("gui_form.file.facts", size=size_in_words(len(data)))
        name = self._name() or self.session.media_name(str(value))
        self._area.show_picture(None, "\n".join(part for part in (name, told) if part) if value else "")
        self._show_facts(told)
        self._facts.setVisible(data is None)

    def _name_pointer(self) -> str | None:
        """Return the pointer of the line beside this field that takes the name of the file."""
        beside = self.pointer.rpartition("/")[0] + "/name"
        return beside if self.session.form.control(beside) is not None else None

    def _name(self) -> str:
        beside = self._name_pointer()
        return str(self.session.value(beside) or "") if beside else ""

    @override
    def take(self, data: bytes, name: str) -> None:
        """Keep a file, and its name where there is a line for it that nobody has written into: one step."""
        name = rich_text.clean_line(name)
        self._put_file(self.session.add_media(data, name), name)

    @override
    def remove(self) -> bool:
        """Take the file out, and its name along where it is the file's."""
        return self._put_file(None, "")

    def _put_file(self, sha256: str | None, name: str) -> bool:
        former = self.session.media_name(str(self.session.value(self.pointer)))
        edits: list[tuple[str, Json]] = [(self.pointer, sha256)]
        beside = self._name_pointer()
        if beside is not None and self._name() in ("", former):
            edits.append((beside, name))
        done = self.put_together(edits)
        if done:
            self.show_value(sha256)
        return done

    def _on_value_changed(self, pointer: str) -> None:
        if pointer == self._name_pointer():
            self.show_value(self.session.value(self.pointer))
