"""Recognises what a message states about the person who wrote it. In English only."""

import re

FACT = re.compile(
    r"^(?:please )?(?:remember|note|don't forget|keep in mind)\b(?: that)?[\s,:]*(?P<what>.+)|"
    r"^(?P<said>(?:my [\w' -]{2,40}? (?:is|are)|i(?:'d| would)? (?:always |usually )?"
    r"(?:prefer|like)\b(?! to\b| you\b| a\b| some\b| it if\b)|i (?:work|live)\b|call me\b|"
    r"(?:i am|i'm)\b(?! (?:looking|trying|asking|wondering|searching|having|going|not sure|sorry|"
    r"curious|interested|here)\b)).+)",
    re.IGNORECASE,
)


def stated_facts(text: str) -> list[str]:
    """What the person says about themselves, sentence by sentence; a question states nothing."""
    return [fact for sentence in _sentences(text) if (fact := _fact(sentence))]


def only_states_facts(text: str) -> bool:
    """Whether every sentence states a fact, so that nothing is asked."""
    sentences = _sentences(text)
    return bool(sentences) and all(_fact(sentence) for sentence in sentences)


def _sentences(text: str) -> list[str]:
    parts = (part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text))
    return [part for part in parts if part]


def _fact(sentence: str) -> str:
    found = FACT.match(sentence)
    if found is None or sentence.endswith("?"):
        return ""
    fact = (found["what"] or found["said"]).strip().rstrip(".!")
    return fact[:1].upper() + fact[1:]
