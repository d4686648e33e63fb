"""What an export has to say beforehand of characters that no font draws; whoever goes on after reading it agrees."""

from __future__ import annotations

from kjxm_desktop import strings
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session

_MOST_PLACES = 6


class GlyphNotice(Label):
    """Names the answers with such characters; hidden while there are none, or no PDF is wanted."""

    def __init__(self) -> None:
        super().__init__("", "body", "warning", wraps=True)
        self.hide()

    def show_for(self, session: Session, *, wanted: bool = True) -> bool:
        """Show what the last check of `session` found, and tell whether that is anything."""
        found = [item for item in session.diagnostics if item.code == "glyph"] if wanted else []
        places = [f"{strings.label_path(session.call, item.pointer)}　{item.params['glyphs']}" for item in found]
        if len(places) > _MOST_PLACES:
            places[_MOST_PLACES:] = ["…"]
        self.setText(strings.text("export.missing_glyphs", glyphs="；".join(places)) if places else "")
        self.setVisible(bool(places))
        return bool(places)
