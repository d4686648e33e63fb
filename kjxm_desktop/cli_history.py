"""What a draft was and what differs, on the command line: history, compare.

Exit status of compare: 0 the same answers · 1 different ones · 2 cannot.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kjxm_desktop import __version__, cli_words, difference_words, paths, strings
from kjxm_desktop.core import storage
from kjxm_desktop.core.backups import Backup, Backups
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.comparison import Difference, compare
from kjxm_desktop.core.history import History, Moment
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.text_differences import Run, signs, text_runs
from kjxm_desktop.core.working_copy import WorkingCopy, list_all
from kjxm_desktop.difference_words import Words
from kjxm_desktop.errors import KjxmError

_SAME, _DIFFERENT = 0, 1
_AROUND: Final = 40  # signs of what is the same, on either side of a change


def _print_json(value: Json) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


# -- history ------------------------------------------------------------------------------------------------------


def history(told: argparse.Namespace) -> int:
    """List the moments kept of a draft on this computer, or write the draft as it was at one into a new file."""
    for given, lacking in ((told.restore, "--to"), (told.to, "--restore")):
        if given and not getattr(told, lacking[2:]):
            raise cli_words.complaint(f"the following arguments are required: {lacking}", "kjxm history")
    if told.restore:
        cli_words.check_new(told.to)
    data_folder = paths.data_folder()
    drafts = data_folder / "drafts"
    proposal = _proposal(told.file, cli_words.shelf(told), drafts)
    folder = drafts / proposal.doc_id
    kept = History(folder / "history")
    if told.restore:
        return _restore(told, _as_it_was(proposal, kept, told.restore, folder / "media"))
    _tell(told, proposal, kept.moments(), Backups(data_folder / "backups" / proposal.doc_id).all())
    return _SAME


def _tell(told: argparse.Namespace, proposal: Proposal, moments: Sequence[Moment], backups: Sequence[Backup]) -> None:
    if told.json:
        _print_json(
            {
                "doc_id": proposal.doc_id,
                "revision": proposal.revision,
                "moments": [_moment(moment) for moment in moments],
                "backups": [
                    {"path": str(copy.path), "at": copy.at.isoformat(), "revision": copy.revision} for copy in backups
                ],
            }
        )
        return
    for moment in moments:
        print(_line(proposal.call, moment))
    print(strings.text("cli.history_count", count=len(moments)) if moments else strings.text("cli.history_none"))
    if backups:
        print(strings.text("cli.history_backups", count=len(backups)))
    for copy in backups:
        print(f"  {strings.moment(copy.at)}　{copy.path}")


def _proposal(file: Path, shelf: Shelf, drafts: Path) -> Proposal:
    """Return the draft in `file`; where that cannot be read, the working copy that belongs to it."""
    try:
        return storage.read(file, shelf).proposal
    except KjxmError as error:
        if error.key == "draft.newer":
            raise
        known = {Path(os.path.abspath(file)), Path(os.path.realpath(file))}  # noqa: PTH100  (unlike Path.resolve they never raise)
        kept = next((kept for kept in list_all(drafts) if kept.path in known), None)
        recovered = WorkingCopy(drafts, kept.doc_id).load(shelf) if kept is not None else None
        if recovered is None:
            raise
        print(strings.text("cli.history_from_copy", why=strings.error(error)), file=sys.stderr)
        return recovered.proposal


def _moment(moment: Moment) -> Json:
    return {
        "id": moment.id,
        "at": moment.at.isoformat(),
        "kind": str(moment.kind),
        "name": moment.name,
        "revision": moment.revision,
        "sections": list(moment.sections),
    }


def _line(call: Call, moment: Moment) -> str:
    titles = [strings.pick(section.title) for section in call.form.sections if section.id in moment.sections]
    told = [moment.id, strings.moment(moment.at), strings.text(f"cli.history_{moment.kind}"), moment.name, *titles]
    return "　".join(part for part in told if part)


def _as_it_was(proposal: Proposal, kept: History, moment_id: str, media: Path) -> Proposal:
    """Return `proposal` with the answers of a moment: the same draft, of a higher revision than any there was.

    Pictures and files that it lacks come from the folder `media`. Raises KjxmError history.*.
    """
    restored = Proposal(proposal.call, kept.answers_at(moment_id), proposal.media)
    restored.apart, restored.unknown = proposal.apart, proposal.unknown
    restored.notes = proposal.notes
    restored.doc_id = proposal.doc_id
    restored.revision = max([proposal.revision, *(moment.revision for moment in kept.moments())]) + 1
    for sha256 in restored.used_media():
        if sha256 not in restored.media and sha256 not in restored.apart:
            restored.media[sha256] = _medium(media / sha256)
    return restored


def _medium(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KjxmError("history.media") from error
    if hashlib.sha256(data).hexdigest() != path.name:
        raise KjxmError("history.media")
    return data


def _restore(told: argparse.Namespace, proposal: Proposal) -> int:
    storage.write(told.to, proposal, program=__version__)
    if told.json:
        _print_json({"path": str(told.to), "doc_id": proposal.doc_id, "revision": proposal.revision})
    else:
        print(told.to)
    return _SAME


# -- compare ------------------------------------------------------------------------------------------------------


def compare_files(told: argparse.Namespace) -> int:
    """Tell what differs between the answers of two drafts to one call; notes beside them are not looked at.

    Two calls ask different things, so there is no field to compare. Two versions of one call are compared by the form
    of the first: what only the other asks is told by its key.
    """
    shelf = cli_words.shelf(told)
    one, other = (storage.read(path, shelf).proposal for path in (told.one, told.other))
    if one.call.id != other.call.id:
        raise KjxmError("cli.two_calls", one=one.call.id, other=other.call.id)
    found = compare(one.call, one.data, other.data)
    worded = [(item, difference_words.words_of(one.call, item, one.data, other.data)) for item in found]
    if told.json:
        _print_json(
            {
                "equal": not found,
                "one": _facts(one),
                "other": _facts(other),
                "differences": [_difference(one.call, difference, words) for difference, words in worded],
            }
        )
    else:
        if one.call.version != other.call.version:
            told_versions = {"one": one.call.version, "other": other.call.version}
            print(strings.text("cli.compare_versions", **told_versions), file=sys.stderr)
        _print_differences(one.call, worded)
    return _DIFFERENT if found else _SAME


def _facts(proposal: Proposal) -> Json:
    call = {"id": proposal.call.id, "version": proposal.call.version}
    return {"doc_id": proposal.doc_id, "revision": proposal.revision, "call": call}


def _difference(call: Call, difference: Difference, words: Words) -> Json:
    return {
        "kind": difference.kind,
        "section": difference.section,
        "place": difference_words.place_of(call, difference),
        "pointer": difference.pointer,
        "pointer_after": difference.pointer_after,
        "row": difference.row or None,
        "before": difference.before,
        "after": difference.after,
        "words": {"before": words.before, "after": words.after, "note": words.note or None},
        "runs": [{"kind": run.kind, "text": run.text} for run in text_runs(words.before, words.after)],
    }


def _print_differences(call: Call, worded: Sequence[tuple[Difference, Words]]) -> None:
    section_id = None
    for difference, words in worded:
        section = call.form.section(difference.section)
        place = difference_words.place_of(call, difference)
        if section is not None:
            place = place.removeprefix(strings.pick(section.title) + " › ")
        if difference.section != section_id:
            section_id = difference.section
            print(strings.pick(section.title) if section is not None else strings.text("finding.whole"))
        kind = words.note or strings.text(f"cli.compare_{difference.kind}")
        print(f"  {place}　{kind}")
        if words.before != words.after or difference.is_row:
            shown = marked(text_runs(words.before, words.after))
            print("\n".join(f"    {line}" for line in shown.split("\n") if line.strip()))
    print(strings.text("cli.compare_count", count=len(worded)) if worded else strings.text("cli.compare_same"))


def marked(runs: Sequence[Run]) -> str:
    """Return a text with its differences as [-taken out-]{+put in+}; of what is the same only what stands near them."""
    return "".join(_marked(runs))


def _marked(runs: Sequence[Run]) -> Iterator[str]:
    for at, run in enumerate(runs):
        if run.kind == "removed":
            yield f"[-{run.text}-]"
        elif run.kind == "added":
            yield f"{{+{run.text}+}}"
        else:
            told = signs(run.text)
            head = told[:_AROUND] if at or len(runs) == 1 else []
            tail = told[-_AROUND:] if at < len(runs) - 1 else []
            yield run.text if len(told) <= len(head) + len(tail) + 1 else "".join([*head, "…", *tail])
