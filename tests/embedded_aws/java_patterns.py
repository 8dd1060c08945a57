r"""AWS's patterns, as AWS reads them: they are Java's, whose classes of characters (`\p{L}`) Python does not know.

The classes are those of java.util.regex.Pattern without UNICODE_CHARACTER_CLASS, by which AWS's services match: general
categories of Unicode, binary properties (`IsAlphabetic`), java.lang.Character's own (`all`, `LD`), and POSIX's, which
hold ASCII alone: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html

A pattern without anchors holds for the whole value: STS refuses the session name "dependabot[bot]" for
`[\w+=,.@-]*`, which would match a part of it (aws-actions/configure-aws-credentials#1306).
"""

from __future__ import annotations

import re
import string
import sys
import unicodedata
from functools import cache

POSIX = {
    "ASCII": "".join(map(chr, range(128))),
    "Alnum": string.ascii_letters + string.digits,
    "Alpha": string.ascii_letters,
    "Blank": " \t",
    "Cntrl": "".join(map(chr, [*range(32), 127])),
    "Digit": string.digits,
    "Graph": string.ascii_letters + string.digits + string.punctuation,
    "Lower": string.ascii_lowercase,
    "Print": string.ascii_letters + string.digits + string.punctuation + " ",
    "Punct": string.punctuation,
    "Space": " \t\n\x0b\f\r",
    "Upper": string.ascii_uppercase,
    "XDigit": string.hexdigits,
}
# Made of general categories. Alphabetic is letters, letter numbers and some marks, of which Python tells no more.
MADE = {
    "IsAlphabetic": ("L", "Nl"),
    "IsWhite_Space": ("Z",),
    "IsWhitespace": ("Z",),
    "LC": ("Lu", "Ll", "Lt"),
    "LD": ("L", "Nd"),
}
CONTROL_SPACE = "\t\n\x0b\f\r\x85"
CATEGORY = re.compile(r"[CLMNPSZ][a-z]?")
SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
CLASS = re.compile(r"\\([pP])(?:\{([A-Za-z_]+)\}|([A-Za-z]))")


def compiled(text: str) -> re.Pattern[str] | None:
    """The pattern in Python's words; none where that has no words for it."""
    try:
        return re.compile(translated(text))
    except (re.error, LookupError):
        return None


def fits(pattern: re.Pattern[str], value: str) -> bool:
    anchored = pattern.pattern.startswith("^") or pattern.pattern.endswith(("$", r"\z", r"\Z"))
    return bool(pattern.search(value) if anchored else pattern.fullmatch(value))


def translated(text: str) -> str:
    # Java writes a character beyond U+FFFF as two.
    text = SURROGATES.sub(_joined, text)
    out: list[str] = []
    # Of each open group, how many more are to be closed with it.
    groups = [0]
    place, inside, after_class = 0, False, False
    while place < len(text):
        sign = text[place]
        if found := CLASS.match(text, place):
            ranges = _ranges(found[2] or found[3], found[1] == "P")
            out.append(ranges if inside else f"[{ranges}]")
            place = found.end()
            after_class = True
            continue
        if sign == "\\":
            out.append(text[place : place + 2])
            after_class = text[place + 1 : place + 2] in tuple("wWdDsS")
            place += 2
            continue
        if not inside and text.startswith("(?i)", place) and place:
            # Java's holds to the end of its group.
            out.append("(?i:")
            groups[-1] += 1
            place += 4
            continue
        if inside and sign == "[":
            raise LookupError("a class within a class")
        if inside and sign == "-" and after_class:
            # After a class it is no range but itself: `[\p{Z}-_]`.
            sign = r"\-"
        elif sign == "[":
            inside = True
        elif inside and sign == "]":
            inside = False
        elif not inside and sign == "(":
            groups.append(0)
        elif not inside and sign == ")" and len(groups) > 1:
            sign = ")" * (groups.pop() + 1)
        out.append(sign)
        place += 1
        after_class = False
    return "".join(out) + ")" * groups[0]


def _joined(found: re.Match[str]) -> str:
    high, low = int(found[1], 16), int(found[2], 16)
    return f"\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08X}"


@cache
def _ranges(name: str, negated: bool) -> str:
    """What stands between the brackets."""
    points = _others(_points(name)) if negated else _points(name)
    return "".join(
        re.escape(chr(low)) if low == high else f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in _runs(points)
    )


def _others(points: list[int]) -> list[int]:
    known = set(points)
    return [point for point in range(sys.maxunicode + 1) if point not in known]


def _points(name: str) -> list[int]:
    if name in POSIX:
        return sorted(map(ord, POSIX[name]))
    if name == "all":
        return list(range(sys.maxunicode + 1))
    wanted = MADE.get(name) or (name,)
    if not all(CATEGORY.fullmatch(one) for one in wanted):
        raise LookupError(name)
    points = [point for one in wanted for kind, some in _by_category().items() if kind.startswith(one) for point in some]
    if name in ("IsWhitespace", "IsWhite_Space"):
        points += map(ord, CONTROL_SPACE)
    return sorted(points)


@cache
def _by_category() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for point in range(sys.maxunicode + 1):
        found.setdefault(unicodedata.category(chr(point)), []).append(point)
    return found


def _runs(points: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1] = runs[-1][0], point
        else:
            runs.append((point, point))
    return runs
