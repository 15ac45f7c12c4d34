"""What is appended to a stream stays the beginning of all that comes."""

import pytest

from bots.slack.outgoing.answer.stepped_draft import settled_text as settled
from bots.slack.outgoing.markdown_block import block_markdown
from tests.some import some

ANSWER = """Yes, **until 2027**, see [the page](https://a.example/x) and more words.

| Serial | Until |
|---|---|
| LAPTOP-2024-001 | 2027 |

- one item
- two *items*, R&D too
- three

1. first
2. second

> quoted words
> over two lines

```py
x = "<!channel>"
```

The last paragraph is a < b, <!channel> is in it, and it ends. Well!"""


def test_each_is_the_beginning_of_the_next_and_of_the_whole() -> None:
    whole, before, steps = block_markdown(ANSWER), "", 0
    for end in some(range(1, len(ANSWER) + 1)):
        now = settled(ANSWER[:end], whole=False)
        assert now.startswith(before), ANSWER[:end][-20:]
        steps += now != before
        before = now
    assert steps > 20
    assert whole.startswith(before)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("", ""),
        ("Yes", ""),
        ("Yes, it", "Yes,"),
        ("It is **bo", "It is"),
        ("It is **bold** and", "It is **bold**"),
        ("It is **bold**", "It is"),
        ("Look at [the page](https://a.ex", "Look at"),
        ("| a | b |", ""),
        ("- one\n- tw", "- one"),
        ("# Title\n\nText he", "# Title\n\nText"),
        ("```\ncode", ""),
        ("Done.\n\n```\ncode\n```\n\n", "Done."),
    ],
)
def test_the_last_word_is_held_back_and_what_may_begin_something(
    markdown: str, expected: str
) -> None:
    assert settled(markdown, whole=False) == expected


def test_what_is_over_is_settled_to_its_last_character() -> None:
    assert settled("It is **bold**", whole=True) == "It is **bold**"
