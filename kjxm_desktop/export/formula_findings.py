"""Which formulas print as their source, as no formula can be made of them: what a check and an export name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.export import formulas

_MOST_NAMED = 4


def told(sources: Iterable[str]) -> Mapping[str, object]:
    """Return what the finding `formula` on an answer tells: how many cannot be set, and which; {} when all can."""
    found = [latex for latex in dict.fromkeys(sources) if formulas.problem(latex) is not None]
    return {"count": len(found), "formulas": named(found)} if found else {}


def named(sources: Collection[str]) -> str:
    """Return formulas as a person finds them again, each with the piece that is to blame; of many the first ones."""
    shown = [_named(latex) for latex in list(sources)[:_MOST_NAMED]]
    return "；".join(shown) + ("…" if len(sources) > _MOST_NAMED else "")


def _named(latex: str) -> str:
    beginning, piece = formulas.beginning(latex), formulas.problem(latex)
    return f"{beginning} [{piece}]" if piece and piece not in (latex, beginning) else beginning


def unset_in(proposal: Proposal) -> list[str]:
    """Return the formulas of a proposal that are none in Word either, each once, in the order of the form."""
    found = [latex for _, sources in _printed(proposal) for latex in sources]
    return [latex for latex in dict.fromkeys(found) if formulas.omml(latex) is None]


def places(proposal: Proposal, sources: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the pointer of each printed answer that holds some of the formulas `sources`, and which."""
    wanted = set(sources)
    found = ((pointer, [latex for latex in there if latex in wanted]) for pointer, there in _printed(proposal))
    return [(pointer, tuple(dict.fromkeys(there))) for pointer, there in found if there]


def _printed(proposal: Proposal) -> Iterator[tuple[str, list[str]]]:
    """Yield the pointers of the answers that print, with the formulas in them."""
    call, data = proposal.call, proposal.data
    not_printed = {entry["pointer"] for entry in call.document["not_printed"]}
    for control, pointer, value in leaves(call, data):
        if control.kind != "rich" or control.pointer in not_printed or not call.form.shown(pointer, data):
            continue
        if there := list(rich_text.formulas_of(value)):
            yield pointer, there
