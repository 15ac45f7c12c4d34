"""Answers in Markdown, composed at random of what strangers may write and of code."""

import re
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some_of

REPEATABLE = settings(
    derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck)
)


@dataclass
class Composed:
    """Markdown at random, and what is in it."""

    text: str
    code: list[str] = field(default_factory=list)

    def within(self, before: str, after: str = "") -> "Composed":
        return Composed(f"{before}{self.text}{after}", self.code)

    def indented(self, first: str) -> "Composed":
        others = "> " if first == "> " else " " * len(first)
        lines = self.text.split("\n")
        return Composed(
            "\n".join((first if n == 0 else others) + line for n, line in enumerate(lines)),
            self.code,
        )


def beside(parts: list[Composed], between: str) -> Composed:
    return Composed(between.join(p.text for p in parts), [c for p in parts for c in p.code])


HOSTS = ["paypal.com", "evil.example", "paypal.com.evil.example", "paypal.com@evil.example"]
WORDS = some_of.sampled_from(
    ["words", "a < b", "2 * 3", "snake_case", "&amp;", "$5", "100 %", "[x]", "*", "_", "](", "!",
     "\\", "<!channel>", "<@U123>", "<#C1|x>", "<https://evil.example|paypal.com>",
     "<at>All</at>", "~~", "<img src=x onerror=y>", "<script>", "&lt;!here>", "\\<!here>",
     "javascript:x", "|", "`", "保証。", "\u202efdp", "![", "[a]:", "#", "1.", "- ", "> "]
)  # fmt: skip
LETTERS = some_of.text(
    some_of.sampled_from("ab01 <>![](){}&;:/@#*_~\\|.=\"'\u200b"), min_size=1, max_size=20
)
NAMES = some_of.sampled_from(
    ["paypal.com", "paypal\\.com", "paypal&#46;com", "pay\u200bpal.com", "**pay**pal.com",
     "https://paypal.com", "help@paypal.com", "`paypal.com`", "the bank", "![paypal.com](x)"]
)  # fmt: skip
FORMS = some_of.sampled_from(
    ["[{name}]({address})", "[{name}](<{address}>)", '[{name}]({address} "title")',
     "![{name}]({address})", "[[{name}]({address})]({address})", "<{address}>",
     "[{name}]\\({address})"]
)  # fmt: skip
ADDRESSES = some_of.builds(
    "{}{}{}".format,
    some_of.sampled_from(
        ["https://", "http://", "//", "mailto:a@", "https:", "javascript:", "data:"]
    ),
    some_of.sampled_from(HOSTS),
    some_of.sampled_from(["", "/a_b_c", "/x?y=%20z&b=1", "/(a)", "#f"]),
)
LINKS = some_of.builds(
    lambda form, name, address: Composed(
        form.format(name=name, address=address),
        ["paypal.com"] if "`" in name and "{name}" in form else [],
    ),
    FORMS, NAMES, ADDRESSES,
)  # fmt: skip


def in_backticks(code: str) -> Composed:
    ticks = "`" * (1 + max(map(len, re.findall("`+", code)), default=0))
    return Composed(f"{ticks} {code} {ticks}", [code])


def in_a_fence(code: str, fence: str) -> Composed:
    return Composed(f"{fence}py\n{code}\n{fence}", [f"{code}\n"])


CODE_SPANS = LETTERS.filter(str.strip).map(in_backticks)
FENCES = some_of.builds(
    in_a_fence, LETTERS.filter(str.strip), some_of.sampled_from(["```", "~~~~"])
)
MARKS = some_of.sampled_from(["> ", "- ", "12. "])
INLINE = some_of.recursive(
    WORDS.map(Composed) | LINKS | CODE_SPANS,
    lambda inner: some_of.lists(inner, min_size=1, max_size=3).map(
        lambda parts: beside(parts, " ").within("**", "**")
    ),
    max_leaves=6,
)
PARAGRAPHS = some_of.lists(INLINE, min_size=1, max_size=5).map(lambda parts: beside(parts, " "))
BLOCKS = some_of.recursive(
    PARAGRAPHS | FENCES,
    lambda inner: some_of.builds(
        Composed.indented, inner, some_of.sampled_from(["> ", "- ", "12. "])
    ),
    max_leaves=3,
)
ANSWERS = some_of.lists(BLOCKS, min_size=1, max_size=4).map(lambda parts: beside(parts, "\n\n"))


QUIET = some_of.sampled_from(["words", "a < b", "**bold**", "see [it](https://x.example)"])
WITH_CODE = some_of.lists(
    some_of.lists(QUIET.map(Composed) | CODE_SPANS, min_size=1, max_size=4).map(
        lambda parts: beside(parts, " ")
    )
    | FENCES
    | some_of.builds(Composed.indented, FENCES, MARKS),
    min_size=1,
    max_size=4,
).map(lambda parts: beside(parts, "\n\n"))
