"""Which messages are such a word: the word alone, in any case, as people type it."""

from typing import Literal, get_args

Word = Literal["help", "link", "unlink", "whoami", "new", "memory", "forget", "stop"]

WORDS: tuple[Word, ...] = get_args(Word)
MEANINGS: dict[Word, str] = {
    "help": "what I can do",
    "link": "sign in with your company account",
    "unlink": "end that",
    "whoami": "which account you are signed in with",
    "new": "a fresh conversation here",
    "memory": "what I remember about you",
    "forget": "forget all of it, after you confirm",
    "stop": "stop what I'm answering you here, and what still waits",
}


def read_word(text: str) -> Word | None:
    """The word that ``text`` is; a sentence that only begins with one is a question."""
    word = text.strip().rstrip(".!").lower()
    return next((one for one in WORDS if one == word), None)
