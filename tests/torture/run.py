"""`make torture`: everything that may befall a draft, part by part, and a table of what was lost.

    python -m tests.torture.run [--rounds N] [--skip PART …] [--short] [PART …]

Ends with 0 when every number is 0, with 1 when one is not, with 2 for a part that there is not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture import bombs, drafts, kills, pastes, power, small, syscalls
from tests.torture.ground import WORK, ground, sweep
from tests.torture.processes import what_went_wrong
from tests.torture.tally import Tally, exit_status, table


@dataclass(frozen=True)
class Part:
    """One part: why it cannot run here, what runs it, and how many rounds it has, in the full and the short form."""

    lacks: Callable[[], str]
    run: Callable[[int, Path, int], Tally]
    rounds: int
    short: int


PARTS: Mapping[str, Part] = {
    module.__name__.rpartition(".")[2]: Part(module.lacks, module.run, module.ROUNDS, module.SHORT)
    for module in (kills, syscalls, small, bombs, power, drafts, pastes)
}


def main(arguments: Sequence[str]) -> int:
    """Run the parts named, or all, and print the summary."""
    asked = _parsed(arguments)
    unknown = [name for name in (*asked.parts, *asked.skip) if name not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]}; the parts are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    for name in sweep(asked.work):
        print(f"swept away what {name} had left", file=sys.stderr)
    chosen = [name for name in asked.parts or PARTS if name not in asked.skip]
    tallies = [_ran(name, asked) for name in chosen]
    tallies += [Tally(name, left_out="skipped") for name in asked.skip]
    print(table(tallies))
    return exit_status(tallies)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--rounds", type=int, help="so many rounds of each part")
    parser.add_argument("--skip", action="append", default=[], metavar="PART")
    parser.add_argument("--short", action="store_true", help="few rounds: what the tests run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=WORK, help="where drafts are tortured and disks mounted")
    return parser.parse_args(arguments)


def _ran(name: str, asked: argparse.Namespace) -> Tally:
    part = PARTS[name]
    left_out = part.lacks()
    if left_out:
        return Tally(name, left_out=left_out)
    rounds = asked.rounds or (part.short if asked.short else part.rounds)
    began = time.monotonic()
    with ground(asked.work) as folder:
        try:
            tally = part.run(rounds, folder, asked.seed)
        except Exception as error:  # noqa: BLE001  (the other parts run all the same)
            tally = Tally(name, rounds=1)
            tally.count("unexpected", f"the part itself: {what_went_wrong(error)}")
    tally.took_s = time.monotonic() - began
    print(f"{name}: {tally.verdict}, {tally.took_s:.0f} s", file=sys.stderr, flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
