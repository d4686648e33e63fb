"""The calls on the command line: list, show, check, and pack into one file."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from kjxm_desktop import cli_words, strings
from kjxm_desktop.core import atomic_file, packed_call
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.form import Section
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_DONE, _BLOCKED = 0, 1


def list_calls(told: argparse.Namespace) -> int:
    """Print the calls at hand, a line each; broken ones are marked."""
    for entry in cli_words.shelf(told).found:
        if entry.call is not None:
            print(f"{entry.call.id}\t{entry.call.version}\t{strings.pick(entry.call.title)}")
        elif entry.error is not None:
            print(f"{entry.place.name}\t{strings.text('cli.broken')}\t{strings.error(entry.error)}")
    return _DONE


def show(told: argparse.Namespace) -> int:
    """Print what a call asks, and its rules."""
    call = cli_words.shelf(told).get(told.id)
    shown = {
        "id": call.id,
        "version": call.version,
        "title": strings.pick(call.title),
        "sections": [_section(section) for section in call.form.sections],
        "rules": [_rule(rule) for rule in call.rules["rules"]],
    }
    if told.json:
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        _print_call(shown)
    return _DONE


def _section(section: Section) -> Json:
    return {
        "id": section.id,
        "title": strings.pick(section.title),
        "controls": [
            {
                "pointer": control.pointer,
                "label": strings.pick(control.label),
                "kind": control.kind,
                "hint": strings.pick(control.hint),
            }
            for top in section.controls
            for control in (top, *top.columns)
        ],
    }


def _rule(rule: Json) -> Json:
    message = calls.fill(strings.pick(rule["message"]), _blank)
    return {"id": rule["id"], "severity": rule["severity"], "clause": rule.get("clause"), "message": message}


def _blank(_name: str) -> str:
    return "…"


def _print_call(shown: Json) -> None:
    print(f"{shown['id']} {shown['version']}　{shown['title']}")
    for section in shown["sections"]:
        print()
        print(f"{section['title']}　{section['id']}")
        for control in section["controls"]:
            print(f"  {control['pointer']}　{control['label']}　({control['kind']})")
    print()
    for rule in shown["rules"]:
        clause = f"（{rule['clause']}）" if rule["clause"] else ""
        print(f"{rule['id']}　{rule['severity']}　{rule['message']}{clause}")


def check(told: argparse.Namespace) -> int:
    """Print what is wrong with the call in a folder or a packed file, each fault with file and place."""
    if not (os.path.isdir(told.folder) or calls.is_packed(told.folder)):  # noqa: PTH112  (unlike Path it never raises)
        raise KjxmError("call.folder", path=str(told.folder))
    shelf = cli_words.shelf(told)
    try:
        files = shelf.files_in(told.folder)
        faults = shelf.faults(files)
        if not faults and calls.is_packed(told.folder):
            shelf.check_packed(told.folder)  # what it says of itself as well
    except KjxmError as error:
        print(strings.error(error))
        return _BLOCKED
    for fault in faults:
        print(strings.error(fault))
    if faults:
        return _BLOCKED
    call = calls.load_files(files)
    print(strings.text("cli.call_sound", id=call.id, version=call.version, sha256=call.sha256[:12]))
    return _DONE


def pack(told: argparse.Namespace) -> int:
    """Write the call in a folder as one file, by its id and version where no other name is given, and print which."""
    call, data = cli_words.shelf(told).pack(told.folder)
    out = told.out or Path(f"{call.id}-{call.version}{packed_call.SUFFIX}")
    if os.path.lexists(out):
        raise KjxmError("cli.exists", path=str(out))
    atomic_file.write(out, data)
    print(out)
    print(strings.text("cli.call_sound", id=call.id, version=call.version, sha256=call.sha256[:12]), file=sys.stderr)
    return _DONE
