"""What the person chose, in one small file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import cast

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import Json

DEFAULTS: dict[str, Json] = {
    "language": "zh",
    "appearance": "system",
    "author": "",
    "calls_folder": "",
    "recent": [],
    "window": {},
    "compared": {},
    "punctuation": True,
}
CHOICES = {"language": ("zh", "en"), "appearance": ("system", "light", "dark")}


class Settings:
    """Values by name, written whenever one changes. A damaged file means the defaults, never a failure."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or paths.settings_file()
        self._values = {**DEFAULTS, **_read(self._file)}

    def get(self, name: str) -> Json:
        """Return the value of `name`. Raises KeyError for a name that has no default."""
        return self._values[name] if name in self._values else DEFAULTS[name]

    def set(self, name: str, value: Json) -> None:
        """Keep `value` under `name`; a disk that does not take it costs the setting, not the work."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        beside = self._file.with_suffix(".tmp")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump(self._values, out, ensure_ascii=False, indent=1)
            beside.replace(self._file)
        except OSError:
            beside.unlink(missing_ok=True)


def calls_folders(settings: Settings) -> list[Path]:
    """Return the folder that the person named for calls; none when it is not there: that is no reason not to start."""
    told = str(settings.get("calls_folder"))
    try:
        return [Path(told)] if told and os.access(told, os.R_OK | os.X_OK) and Path(told).is_dir() else []
    except (OSError, ValueError):
        return []


def _read(file: Path) -> dict[str, Json]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    told = cast("dict[str, Json]", values) if isinstance(values, dict) else {}
    return {name: value for name, value in told.items() if _is_usable(name, value)}


def _is_usable(name: str, value: Json) -> bool:
    """Tell whether a value is of the kind that `name` asks for; names of another version are kept as they are."""
    if name not in DEFAULTS:
        return True
    if name in CHOICES:
        return value in CHOICES[name]
    if name == "window":  # sizes as Qt writes them, in hexadecimal digits
        return isinstance(value, dict) and all(
            isinstance(part, str) and part.isascii() for part in cast("dict[str, Json]", value).values()
        )
    return isinstance(value, type(DEFAULTS[name]))
