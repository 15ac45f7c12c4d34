"""Finds amounts, percentages, dates and parties in a document's lines, by rules."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from agent.tools.documents.content import Fact, Section
from agent.tools.documents.sentences import sentences

MOST = 60
LONGEST_LINE = 240
LONGEST_SENTENCE = 2_000
"""What is longer is no sentence, and the patterns below take their time with it."""
CURRENCY = r"(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|NOK|DKK|PLN|CZK|[€$£¥])"
NUMBER = r"\d{1,3}(?:[.,' \u00a0]\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,4})?"
SCALE = r"(?: ?(?:million|billion|thousand|m|bn|k)\b)?"
FIGURE = re.compile(
    rf"(?<![\w.,]){CURRENCY} ?(?:{NUMBER}){SCALE}"
    rf"|(?<![\w.,])(?:{NUMBER}){SCALE} ?(?:{CURRENCY}|euros?\b|dollars?\b|pounds?\b)"
    rf"|(?<![\w.,])\d{{1,6}}(?:[.,]\d{{1,4}})? ?(?:%|per ?cent\b)"
)
LABELLED = re.compile(
    r"\b(?:total|sum|amount|price|cost|costs|fee|revenue|budget|value|profit|turnover|sales)"
    rf"\b[^\d\n;|]{{0,20}}(?P<number>{NUMBER})(?![\w%])",
    re.IGNORECASE,
)
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
MONTH = "(?P<month{0}>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r")\.?"
DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
    rf"|\b(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH.format(1)},? (?P<year1>\d{{4}})\b"
    rf"|\b{MONTH.format(2)} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}})\b"
    r"|\b(?P<day3>\d{1,2})\.(?P<month3>\d{1,2})\.(?P<year3>\d{4})\b"
    r"|\b\d{1,2}/\d{1,2}/\d{4}\b",
    re.IGNORECASE,
)
LEGAL_FORM = (
    r"(?:GmbH(?: & Co\.? KG)?|AG|KG|SE|Ltd\.?|Limited|LLC|LLP|Inc\.?|Corp\.?|Corporation|plc|PLC|"
    r"B\.V\.|N\.V\.|S\.A\.|S\.p\.A\.|Oy|AB|ApS)"
)
WORD = r"[A-Z][\w&'-]{0,30}"
COMPANY = re.compile(rf"\b{WORD}(?:,? (?:{WORD}|of|and|&)){{0,5}}?,? {LEGAL_FORM}(?!\w)")
LABEL = re.compile(
    r"^\W*(?:client|customer|supplier|vendor|provider|contractor|buyer|seller|landlord|tenant|"
    r"lessor|lessee|licensor|licensee|employer|employee|lender|borrower|party [ab12])\W*: *"
    r"(?P<name>[^|;,\n(]{2,80})",
    re.IGNORECASE,
)
DEFINED = re.compile(
    r"(?P<name>[^,;.:()\n]{3,80}) \((?:the )?[\"“'](?P<role>[A-Z]\w{2,20})[\"”']\)"
)
LEAD_IN = re.compile(r"^.*\b(?:between|by and between|among)\b |^(?:and|the|by|with|from) ")


def figures(sections: list[Section]) -> list[Fact]:
    """Amounts and percentages with the line that they stand in."""
    return _facts(sections, _figures_of)


def dates(sections: list[Section]) -> list[Fact]:
    """Dates with the line that they stand in."""
    return _facts(sections, _dates_of)


def parties(sections: list[Section]) -> list[str]:
    """Who a document is between, as far as it says so: companies, labelled and defined names."""
    names: dict[str, str] = {}
    for _, line in _lines(sections):
        for name in _parties_of(line):
            names.setdefault(name.casefold(), name)
        if len(names) >= MOST // 3:
            break
    return [name for key, name in names.items() if not _is_part(key, names)]


def _facts(sections: list[Section], find: Callable[[str], Iterable[tuple[str, str]]]) -> list[Fact]:
    """The first of each thing: a figure in a page's footer is one figure."""
    seen: dict[tuple[str, str], Fact] = {}
    for title, line in _lines(sections):
        for what, day in find(line):
            seen.setdefault((what, day), Fact(what, _excerpt(line, what), title, day))
        if len(seen) >= MOST:
            break
    return list(seen.values())


def _figures_of(line: str) -> Iterator[tuple[str, str]]:
    written = [found[0] for found in FIGURE.finditer(line)]
    labelled = [found["number"] for found in LABELLED.finditer(line)]
    yield from ((" ".join(what.split()), "") for what in written)
    for number in labelled:
        if not any(number in what for what in written):
            yield number, ""


def _dates_of(line: str) -> Iterator[tuple[str, str]]:
    for found in DATE.finditer(line):
        day = _day(found)
        if day is not None:
            yield found[0], day


def _day(found: re.Match[str]) -> str | None:
    """A date as YYYY-MM-DD; empty for 03/04/2026, which is two dates; None for none at all."""
    said = {name.rstrip("123"): text for name, text in found.groupdict().items() if text}
    if not said:
        return ""
    try:
        if "iso" in said:
            return date.fromisoformat(said["iso"]).isoformat()
        month = said["month"]
        number = int(month) if month.isdigit() else _month(month)
        return date(int(said["year"]), number, int(said["day"])).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(
        place for place, known in enumerate(MONTHS, 1) if known.startswith(name.lower().rstrip("."))
    )


def _parties_of(line: str) -> Iterator[str]:
    labelled = LABEL.match(line)
    if labelled:
        yield labelled["name"].strip(" .*_")
    for found in DEFINED.finditer(line):
        name = LEAD_IN.sub("", found["name"].strip())
        if name[:1].isupper():
            yield name.strip()
    yield from (found[0].strip(" ,") for found in COMPANY.finditer(line))


def _is_part(name: str, names: Iterable[str]) -> bool:
    """*Wind GmbH* is part of *North Wind GmbH*: the same party, found twice."""
    return any(name != other and name in other for other in names)


def _excerpt(line: str, what: str) -> str:
    """The line, or what of it stands around something."""
    if len(line) <= LONGEST_LINE:
        return line
    start = max(0, line.find(what) - LONGEST_LINE // 2)
    return line[start : start + LONGEST_LINE].strip()


def _lines(sections: list[Section]) -> Iterator[tuple[str, str]]:
    return (
        (section.title, said[:LONGEST_SENTENCE])
        for section in sections
        for said in sentences(section.text)
    )
