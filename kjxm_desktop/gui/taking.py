"""Taking in the comments of a co-author's copy: offered where both drafts are compared, and never done unasked."""

from __future__ import annotations

from kjxm_desktop import strings
from kjxm_desktop.core import comment_union
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui import comments
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.strip import Strip


def offer(session: Session, other: Proposal, name: str, strip: Strip) -> None:
    """Tell in `strip` how many comments `other`, called `name`, has beyond ours, with the way to take them in."""
    count = comment_union.news(session.proposal.notes, other.notes)
    if not count:
        return

    def take() -> None:
        taken = comments.of(session).take(other.notes)
        strip.tell(strings.text("gui_comments.taken", count=taken), icon="state_done", token="done", topic="comments")

    told = strings.text("gui_comments.theirs", name=name, count=count)
    action = (strings.text("gui_comments.take"), take)
    strip.tell(told, icon="comment", actions=[action], topic="comments")
