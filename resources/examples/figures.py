"""Draw the figures and attachments of the examples: `python figures.py FONTS [EXAMPLE …]`."""

import sys
from pathlib import Path

import consulting_figures
import key_tech_figures
import long_figures
import nearly_finished_figures

EXAMPLES = {
    "long": long_figures.draw,
    "key-tech": key_tech_figures.draw,
    "consulting": consulting_figures.draw,
    "nearly-finished": nearly_finished_figures.draw,
}


def main(arguments: list[str]) -> int:
    """Draw the named examples, or all; return the exit code."""
    if not arguments or not set(arguments[1:]) <= EXAMPLES.keys():
        print(f"usage: figures.py FONTS [{' | '.join(EXAMPLES)} …]", file=sys.stderr)
        return 2
    here = Path(__file__).resolve().parent
    for name in arguments[1:] or list(EXAMPLES):
        EXAMPLES[name](Path(arguments[0]), here / name)
        print(name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
