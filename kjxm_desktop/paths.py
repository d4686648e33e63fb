"""Where things lie: what comes with the program, and what it keeps for the person."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kjxm_desktop.core import atomic_file

NAME = "kjxm-desktop"


def _with_program() -> Path:
    """Return the folder that holds `schemas/` and `resources/`: frozen, installed, or beside the package."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "kjxm_desktop"
    package = Path(__file__).resolve().parent
    return package if (package / "schemas").is_dir() else package.parent


def resources() -> Path:
    """Return the folder of strings, fonts, icons, examples and help."""
    return _with_program() / "resources"


def schemas() -> Path:
    """Return the folder of the calls that come with the program."""
    return _with_program() / "schemas"


def fonts() -> Path:
    """Return the folder of the fonts that are set in PDF and, where the system has no Chinese, in the window."""
    return resources() / "fonts"


def data_folder() -> Path:
    """Return the program's own folder for working copies and settings, made when missing, the user's alone.

    KJXM_DATA names another one: for tests, and for a stick that carries its drafts.
    """
    folder = _data_place()
    atomic_file.private_folder(folder)
    return folder


def _data_place() -> Path:
    told = os.environ.get("KJXM_DATA")
    if told:
        return Path(told)
    # Loaded when first needed.
    import platformdirs

    # Not the roaming one of Windows: working copies belong to this computer and are not carried over a network.
    return Path(platformdirs.user_data_dir(NAME, appauthor=False, roaming=False))


def calls() -> Path:
    """Return the folder of the calls that were put into the program; it need not be there."""
    return _data_place() / "calls"


def settings_file() -> Path:
    """Return where the settings are kept."""
    return data_folder() / "settings.json"
