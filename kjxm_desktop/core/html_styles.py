"""Style sheets as far as they tell what text looks like: plain selectors, what is declared for them, and its order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kjxm_desktop.core import html_tokens
from kjxm_desktop.core.html_tokens import Start, Text, Token

_MOST_SHEET: Final = 200_000  # characters of style sheets; those of Excel have some 20,000
_MOST_NESTED: Final = 8  # rules inside rules
_MOST_SELECTORS: Final = 5_000
_MOST_RULES: Final = 500  # whose selectors name more than a tag and a class
_MOST_STEPS: Final = 50_000  # comparisons with such selectors; those left over at the end hide nothing
_MOST_COMPOUNDS: Final = 8
_MOST_CLASSES: Final = 20

_KNOWN: Final = frozenset({
    "background", "background-clip", "background-color", "bottom", "clip", "clip-path", "color", "content-visibility",
    "display", "filter", "font", "font-size", "font-style", "font-weight", "height", "left", "letter-spacing",
    "line-height", "margin-left", "margin-top", "max-height", "max-width", "mso-element", "mso-hide", "mso-list",
    "opacity", "overflow", "right", "scale", "text-decoration", "text-decoration-line", "text-indent", "top",
    "transform", "translate", "vertical-align", "visibility", "white-space", "width", "zoom",
    "-webkit-background-clip", "-webkit-text-fill-color",
})  # fmt: skip

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?")
_BRACE = re.compile("[{}]")
_PLAIN = re.compile(r"([a-z][a-z0-9:-]*)?(?:\.([\w-]+))?")
_COMBINED = re.compile(r"\s*([>\s])\s*")
_CONDITION = re.compile(
    r"""\.(?P<cls>[\w-]+)|\#(?P<id>[\w-]+)"""
    r"""|\[(?P<name>[\w:-]+)(?:(?P<how>[~|^$*]?)=(?:"(?P<one>[^"\]]*)"|'(?P<two>[^'\]]*)'|(?P<bare>[^"'\]]*)))?\]"""
)
_BODY = re.compile("<body|<!--StartFragment", re.IGNORECASE)
_TAG = re.compile(r"\*|[a-z][a-z0-9:-]*")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
_ROOTS: Final = frozenset({":root", "html", "body", "*"})

_Key = tuple[str, str]
_ANY: Final[_Key] = ("*", "")


@dataclass
class Element:
    """A tag with its attributes, as selectors look at it; all in small letters."""

    tag: str
    attributes: Mapping[str, str]

    @cached_property
    def classes(self) -> list[str]:
        """Return its classes, the first of very many."""
        return self.attributes.get("class", "").lower().split()[:_MOST_CLASSES]

    @cached_property
    def id(self) -> str:
        """Return its id, empty when it has none."""
        return self.attributes.get("id", "").lower()

    def keys(self) -> Iterator[_Key]:
        """Yield under what rules for it may stand, the least weighty first."""
        yield _ANY
        yield (self.tag, "")
        for name in self.attributes:
            yield ("[", name)
        yield from (("", name) for name in self.classes)
        yield from ((self.tag, name) for name in self.classes)
        if self.id:
            yield ("#", self.id)


@dataclass
class _Style:
    """What is declared, and what of it is declared to be important."""

    usual: dict[str, str] = field(default_factory=dict[str, str])
    important: dict[str, str] = field(default_factory=dict[str, str])

    def update(self, other: _Style) -> None:
        self.usual.update(other.usual)
        self.important.update(other.important)


@dataclass(frozen=True)
class _Compound:
    """Conditions on one element; `child`: it stands directly inside the one that the compound before it names."""

    tag: str = ""
    id: str = ""
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str | None, str], ...] = ()
    child: bool = False

    @property
    def key(self) -> _Key:
        """Return under what its rule stands: the condition that the fewest elements meet."""
        if self.id:
            return ("#", self.id)
        if self.classes:
            return ("", self.classes[0])
        if self.attributes:
            return ("[", self.attributes[0][0])
        return (self.tag, "") if self.tag else _ANY

    @property
    def weight(self) -> tuple[int, int, int]:
        return (bool(self.id), len(self.classes) + len(self.attributes), bool(self.tag))

    def fits(self, element: Element) -> bool:
        return (
            self.tag in ("", element.tag)
            and self.id in ("", element.id)
            and all(name in element.classes for name in self.classes)
            and all(_has(element.attributes.get(name), how, value) for name, how, value in self.attributes)
        )


@dataclass(frozen=True)
class _Rule:
    """A selector of several conditions, what it declares, and how weighty it is: by its ids, classes and tags."""

    compounds: tuple[_Compound, ...]
    style: _Style
    weight: tuple[int, int, int]


class StyleSheet:
    """Rules by tag, class, id, attribute and what stands around; whatever else a style sheet holds is passed over."""

    def __init__(self) -> None:
        self._plain: dict[_Key, _Style] = {}
        self._rules: dict[_Key, list[_Rule]] = {}
        self._variables: dict[str, str] = {}
        self._room = _MOST_SHEET
        self._selectors = _MOST_SELECTORS
        self._kept = _MOST_RULES
        self._steps = _MOST_STEPS

    def add(self, text: str) -> None:
        """Take the rules of `text` as long as there is room."""
        text = text[: self._room].lower()
        self._room -= len(text)
        for selectors, declared in _rules(_COMMENT.sub(" ", text.replace("<!--", " "))):
            style, variables = _known(declared)
            for selector in selectors.split(","):
                self._selectors -= 1
                if self._selectors < 0:
                    return
                if variables and selector.strip() in _ROOTS:
                    self._variables.update(variables)
                self._add_rule(selector.strip(), style)

    def _add_rule(self, selector: str, style: _Style) -> None:
        plain = _PLAIN.fullmatch(selector)
        if plain and selector:
            self._plain.setdefault((plain[1] or "", plain[2] or ""), _Style()).update(style)
            return
        compounds = _compounds(selector) if self._kept > 0 and (style.usual or style.important) else None
        if compounds is None:
            return
        if len(compounds) == 1 and compounds[0] in (_Compound(), _Compound(id=compounds[0].id)):
            self._plain.setdefault(compounds[0].key, _Style()).update(style)
            return
        self._kept -= 1
        ids, classes, tags = (sum(counts) for counts in zip(*(one.weight for one in compounds), strict=True))
        self._rules.setdefault(compounds[-1].key, []).append(_Rule(compounds, style, (ids, classes, tags)))

    def style(self, element: Element, around: Sequence[Element]) -> dict[str, str]:
        """Return what the rules and the element's own style say of it; `around` are those it stands in."""
        told = _Style()
        for style in self._styles(element, around) if self._plain or self._rules else ():
            told.update(style)
        if "style" in element.attributes:
            told.update(_declared(element.attributes["style"].lower()))
        told.usual.update(told.important)
        return {name: self._resolved(value) for name, value in told.usual.items()} if self._variables else told.usual

    def _styles(self, element: Element, around: Sequence[Element]) -> list[_Style]:
        """Return what is declared for an element, the weightiest last."""
        keys = list(element.keys())
        plain = [self._plain[key] for key in keys if key in self._plain]
        fitting = [
            rule
            for key in keys
            for rule in (self._rules.get(key, ()) if self._steps > 0 else ())
            if self._fits(rule.compounds, element, around, len(around))
        ]
        if not fitting:
            return plain
        weighed = [(_weight_of(key), self._plain[key]) for key in keys if key in self._plain]
        weighed += [(rule.weight, rule.style) for rule in fitting]
        return [style for _, style in sorted(weighed, key=lambda one: one[0])]

    def _fits(self, compounds: tuple[_Compound, ...], element: Element, around: Sequence[Element], deep: int) -> bool:
        """Tell whether the last compound fits the element, and the others those of `around`, the first `deep`."""
        self._steps -= 1
        if self._steps < 0 or not compounds[-1].fits(element):
            return False
        if len(compounds) == 1:
            return True
        nearest = range(deep - 1, max(-1, deep - 2) if compounds[-1].child else -1, -1)
        return any(self._fits(compounds[:-1], around[at], around, at) for at in nearest)

    def _resolved(self, value: str) -> str:
        if "var(" not in value:
            return value
        return _VARIABLE.sub(lambda found: self._variables.get(found[1], found[2] or ""), value).strip()


def late_sheets(source: str) -> list[str]:
    """Return all style sheets of a page when one stands behind text that it may rule, else none."""
    body = _BODY.search(source)
    if source.lower().rfind("<style") <= (body.start() if body else -1):
        return []
    sheets: list[str] = []
    before: Token | None = None
    for token in html_tokens.tokens(source):
        if isinstance(token, Text) and isinstance(before, Start) and is_sheet(before.name, before.attributes):
            sheets.append(token.text)
        before = token
    return sheets


def is_sheet(tag: str, attributes: Mapping[str, str]) -> bool:
    """Tell whether a tag holds a style sheet that is not for paper alone."""
    return tag == "style" and "print" not in attributes.get("media", "").lower()


def _declared(style: str) -> _Style:
    """Return the declarations of a style in small letters, by name."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    if "\\" in style:
        style = _ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0xFFFF)), style)
    told = _Style()
    for part in style.split(";"):
        name, _, value = part.partition(":")
        if value:
            value, mark, rest = value.partition("!")
            (told.important if mark and rest.strip() == "important" else told.usual)[name.strip()] = value.strip()
    return told


def _known(declared: str) -> tuple[_Style, dict[str, str]]:
    """Return what is declared of looks that count here, and variables."""
    told = _declared(declared)
    usual, important = ({key: of[key] for key in of.keys() & _KNOWN} for of in (told.usual, told.important))
    return _Style(usual, important), {key: value for key, value in told.usual.items() if key.startswith("--")}


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules of a style sheet, but of those that are for paper alone."""
    outer: list[str] = []
    at = 0
    for brace in _BRACE.finditer(text):
        told, at = text[at : brace.start()].strip(), brace.end()
        if brace.group() == "{":
            outer.append(told.rpartition(";")[2].strip())
            if len(outer) > _MOST_NESTED:
                return
        elif outer:
            selectors = outer.pop()
            if not any("print" in around for around in outer):
                yield selectors, told


def _compounds(selector: str) -> tuple[_Compound, ...] | None:
    """Return the compounds of a selector, None when it holds anything else."""
    first, *more = _COMBINED.split(selector, _MOST_COMPOUNDS)
    made = [_compound(first, child=False)]
    made += [_compound(told, child=how == ">") for how, told in zip(more[::2], more[1::2], strict=True)]
    known = tuple(one for one in made if one is not None)
    return known if len(known) == len(made) <= _MOST_COMPOUNDS else None


def _compound(told: str, *, child: bool) -> _Compound | None:
    tag = _TAG.match(told)
    at = tag.end() if tag else 0
    ids: list[str] = []
    classes: list[str] = []
    attributes: list[tuple[str, str | None, str]] = []
    while at < len(told):
        found = _CONDITION.match(told, at)
        if found is None or len(ids) + len(classes) + len(attributes) >= _MOST_COMPOUNDS:
            return None
        if found["cls"]:
            classes.append(found["cls"])
        elif found["id"]:
            ids.append(found["id"])
        else:
            attributes.append((found["name"], found["how"], found["one"] or found["two"] or found["bare"] or ""))
        at = found.end()
    if not told or len(ids) > 1:
        return None
    name = tag.group() if tag else "*"
    return _Compound("" if name == "*" else name, "".join(ids), tuple(classes), tuple(attributes), child)


def _has(value: str | None, how: str | None, wanted: str) -> bool:
    """Tell whether an attribute is there and holds what is wanted in that way."""
    if value is None or how is None:
        return value is not None
    value = value.lower()
    match how:
        case "":
            return value == wanted
        case "~":
            return wanted in value.split()
        case "|":
            return value == wanted or value.startswith(f"{wanted}-")
        case "^":
            return wanted != "" and value.startswith(wanted)
        case "$":
            return wanted != "" and value.endswith(wanted)
        case _:
            return wanted != "" and wanted in value


def _weight_of(key: _Key) -> tuple[int, int, int]:
    tag, name = key
    if tag == "#":
        return (1, 0, 0)
    return (0, bool(name), tag not in ("", "*"))
