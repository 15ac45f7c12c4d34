"""Extracts values from a question: codes, numbers, names, and what a search is about."""

import re

from agent.models.offline.vocabulary import EMAIL, IDENTIFIER, content_words

LONGEST_QUERY = 200
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]|(?<!\w)'([^']+)'(?!\w)")
LEAD_IN = re.compile(
    r"^(?:hi|hello|hey|so|ok|and|please|pls|can you|could you|would you|tell me|"
    r"i (?:want|need) to|show me|(?:do a |run a )?(?:web |internet )?search"
    r"(?: the (?:public )?(?:web|internet))?(?: for| about)?|look (?:up|for)|look(?= on the)|"
    r"find(?: out| me)?|google|"
    r"on the (?:web|internet)|online|about|for|what about|how about)\b[\s,:]*",
    re.IGNORECASE,
)


def has_name(question: str) -> bool:
    """Whether a word inside a sentence begins with a capital letter, as names do."""
    return re.search(r"[\w',;:-] +[A-Z][a-z]{2,}", EMAIL.sub(" ", question)) is not None


def free_text(question: str) -> str:
    """What a search is about: the quoted words, or the question without its lead-in."""
    quoted = QUOTED.search(question)
    if quoted:
        return (quoted[1] or quoted[2]).strip()[:LONGEST_QUERY]
    text, before = question.strip(), ""
    while text != before:
        before, text = text, LEAD_IN.sub("", text, count=1)
    return (text.strip(" ?!.") or question.strip())[:LONGEST_QUERY]


def identifiers(question: str, pattern: str | None) -> list[str]:
    """The codes in a question; upper case whatever the person typed, where the pattern wants it."""
    words = IDENTIFIER.findall(EMAIL.sub(" ", question))
    seen: set[str] = set()
    found = []
    for word in (form for typed in words for form in (typed, typed.upper())):
        if word.upper() not in seen and (pattern is None or re.search(pattern, word)):
            seen.add(word.upper())
            found.append(word)
    return found


def code_patterns(text: str) -> set[str]:
    """What the codes in a text look like: C-1001 is a letter, a dash and digits."""
    found = IDENTIFIER.findall(EMAIL.sub(" ", text))
    numbered = (re.sub(r"\d+", "9", word) for word in found)
    return {
        re.sub(r"[A-Za-z]+", lambda letters: "a" if len(letters[0]) == 1 else "aa", word)
        for word in numbered
    }


def numbers(question: str, name: str, *, whole: bool, needed: bool) -> list[float]:
    """A number, where it stands beside what it counts or must be one."""
    text = IDENTIFIER.sub(" ", question)
    if not needed:
        unit = "|".join(re.escape(part.rstrip("s")) for part in name.split("_") if len(part) > 3)  # noqa: PLR2004 - "max"
        beside = re.search(rf"({NUMBER.pattern}) (?:{unit})", text, re.IGNORECASE) if unit else None
        text = beside[1] if beside else ""
    return [int(float(number)) if whole else float(number) for number in NUMBER.findall(text)[:1]]


def mentions(question: str, value: str) -> bool:
    """Whether a question says a value as a whole."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", question, re.IGNORECASE) is not None


def without_codes(text: str) -> str:
    """A text without its codes and e-mail addresses."""
    return IDENTIFIER.sub(" ", EMAIL.sub(" ", text))


def words_and_numbers(text: str) -> list[str]:
    """The words and the longer numbers of a text or a file's name."""
    return [*content_words(as_words(text)), *re.findall(r"\b[a-z]+\d\w*|\d{2,}", text)]


def as_words(name: str) -> str:
    """A file's name as words."""
    return re.sub(r"[-_.]", " ", name)
