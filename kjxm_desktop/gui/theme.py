"""How everything looks: the colours, measures and fonts of one quiet desk, light and dark by one mechanism."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory, QWidget

from kjxm_desktop import paths

Mode = Literal["system", "light", "dark"]
FontRole = Literal["title", "group", "label", "hint", "prose", "body", "money"]

SPACE_GRID = 4
SPACE_IN_FIELD = 4
SPACE_FIELDS = 20
SPACE_GROUPS = 32
PAGE_MARGIN = 24
ROW_HEIGHT = 30
DENSE_ROW_HEIGHT = 28
CORNER = 4
ICON_SIZE = 16
PAGE_WIDTH = 760
FOCUS_WIDTH = 2
PROSE_LINE_PERCENT = 160


@dataclass(frozen=True)
class Colours:
    """The tokens of one mode: `line` is the edge of fields, `hairline` between rows, `shade` under the pointer."""

    window: str
    surface: str
    text: str
    quiet: str
    line: str
    hairline: str
    shade: str
    accent: str
    on_accent: str
    selection: str
    error: str
    warning: str
    done: str


LIGHT = Colours(
    window="#F5F6F7",
    surface="#FFFFFF",
    text="#1F2328",
    quiet="#57606A",
    line="#808A94",
    hairline="#C6CBD0",
    shade="#EBEDEF",
    accent="#1B5E9E",
    on_accent="#FFFFFF",
    selection="#DCE9F7",
    error="#B42318",
    warning="#8A5A00",
    done="#176F31",
)
DARK = Colours(
    window="#1B1E22",
    surface="#24282D",
    text="#E6E8EB",
    quiet="#A3ABB5",
    line="#7A838D",
    hairline="#474D54",
    shade="#2D3238",
    accent="#7DB4EE",
    on_accent="#12202F",
    selection="#2C3E52",
    error="#FF8A80",
    warning="#E3B341",
    done="#5BCB74",
)

_colours = LIGHT
_mode: Mode = "system"


def apply(application: QApplication, mode: Mode = "system") -> None:
    """Dress the application: Fusion, our palette, our font; follow the system's light and dark when `mode` says so.

    May be called again with another mode; icons set by `set_icon` are tinted anew.
    """
    global _mode
    first = application.style().objectName() != "fusion" or not application.property("dressed")
    _mode = mode
    if first:
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(_system_font(application))
        application.setProperty("dressed", True)
        application.styleHints().colorSchemeChanged.connect(lambda: _dress(application))
    _dress(application)


def colours() -> Colours:
    """Return the tokens in use."""
    return _colours


def colour(token: str) -> QColor:
    """Return the colour of a token in use, as "quiet"."""
    return QColor(getattr(_colours, token))


def is_dark() -> bool:
    """Tell whether the dark tokens are in use."""
    return _colours is DARK


def _dress(application: QApplication) -> None:
    global _colours
    dark = _mode == "dark" or (_mode == "system" and application.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    _colours = DARK if dark else LIGHT
    application.setPalette(palette(_colours))
    for kind in ("QCheckBox", "QRadioButton", "QPushButton", "QComboBox"):
        # The library takes a string here; its stubs ask for bytes, which it refuses.
        application.setPalette(_edged(_colours), kind)  # pyright: ignore[reportArgumentType]
    for widget in application.allWidgets():
        _colour_text(widget)
        if widget.property("edged"):
            widget.setPalette(_edged(_colours))
        for target in (widget, *widget.actions()):
            if isinstance(target, (QAbstractButton, QAction)):
                _tint(target)


def palette(tokens: Colours) -> QPalette:
    """Return the palette made of `tokens`."""
    role = QPalette.ColorRole
    pairs = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.quiet,
        role.Button: tokens.window,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.error,
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.shade,
        role.Mid: tokens.hairline,
        role.Dark: tokens.line,
        role.Shadow: tokens.line,
    }
    made = QPalette()
    for which, value in pairs.items():
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.quiet))
    return made


def _edged(tokens: Colours) -> QPalette:
    """Return the palette of boxes and buttons, whose edge Fusion draws in a darker `Window`: as dark as our line."""
    made = palette(tokens)
    line = QColor(tokens.line)
    parts = [min(255, round(part * 1.4)) for part in (line.red(), line.green(), line.blue())]
    made.setColor(QPalette.ColorRole.Window, QColor(*parts))
    return made


def set_edged(widget: QWidget) -> None:
    """Draw the edges of a widget and of all in it as dark as our line, in every mode to come."""
    widget.setProperty("edged", True)
    widget.setPalette(_edged(_colours))


def set_colour(widget: QWidget, token: str) -> None:
    """Write a widget's text in a token's colour, in every mode to come."""
    if widget.property("colour_token") != token:
        widget.setProperty("colour_token", token)
        _colour_text(widget)


def _colour_text(widget: QWidget) -> None:
    token = widget.property("colour_token")
    if isinstance(token, str):
        made = QPalette()
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text):
            made.setColor(role, colour(token))
        widget.setPalette(made)


# ---- type


def font(role: FontRole) -> QFont:
    """Return the system's font in one of our sizes. Money has digits of one width."""
    made = QFont(QApplication.font())
    steps = {"title": 6.0, "group": 2.0, "hint": -1.0, "prose": 1.0}
    made.setPointSizeF(made.pointSizeF() + steps.get(role, 0.0))
    made.setBold(role in ("title", "group", "label"))
    if role == "money":
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _system_font(application: QApplication) -> QFont:
    """Return the system's font, or one of its Chinese ones, or ours where the system cannot write Chinese."""
    made = application.font()
    for family in ("Microsoft YaHei UI", "PingFang SC"):
        if QFontDatabase.hasFamily(family):
            made.setFamily(family)
            return made
    if not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        number = QFontDatabase.addApplicationFont(str(paths.fonts() / "NotoSansSC-Regular.ttf"))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families:
            made.setFamily(families[0])
    return made


# ---- icons


def set_icon(target: QAbstractButton | QAction, name: str, token: str = "text") -> None:
    """Give a button or action the icon `resources/icons/<name>.svg` in a token's colour, in every mode to come."""
    target.setProperty("icon_name", name)
    target.setProperty("icon_token", token)
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
    _tint(target)


def _tint(target: QAbstractButton | QAction) -> None:
    name = target.property("icon_name")
    if isinstance(name, str):
        target.setIcon(icon(name, str(target.property("icon_token"))))


def icon(name: str, token: str = "text") -> QIcon:
    """Return an icon in a token's colour as it is now; quiet where it is disabled."""
    made = QIcon(pixmap(name, token))
    made.addPixmap(pixmap(name, "line"), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, token: str = "text", size: int = ICON_SIZE) -> QPixmap:
    """Return an icon drawn at `size` px, sharp on this screen, in a token's colour."""
    screen = QGuiApplication.primaryScreen()
    return _drawn(name, getattr(_colours, token), size, screen.devicePixelRatio() if screen else 1.0)


def show_program_icon(application: QApplication) -> None:
    """Give every window the icon of the program, for systems that do not take it from the program's file."""
    made = QIcon()
    for size in (16, 24, 32, 48, 128):
        made.addPixmap(pixmap("program", size=size))
    application.setWindowIcon(made)


@lru_cache(maxsize=512)
def _drawn(name: str, shade: str, size: int, ratio: float) -> QPixmap:
    # Loaded when the first icon is drawn: the plug-in way of Qt would search every image format.
    from PySide6.QtSvg import QSvgRenderer

    drawing = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", shade).encode()))
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours "#RRGGBB" (WCAG 2.2, 1.4.3): 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(shade: str) -> float:
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


TOKENS = tuple(token.name for token in fields(Colours))
"""The names of all tokens."""
