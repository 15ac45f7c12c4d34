"""What a document becomes once it is read: sections, and the facts found in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a document that a person can find again.

    :param title: such as *page 3*, *sheet Budget* or a heading; empty for what comes before one.
    """

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a line of the document says: an amount, a percentage or a date.

    :param what: as it is written.
    :param day: a date as YYYY-MM-DD; empty where it is no date or can be read in two ways.
    """

    what: str
    line: str
    section: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A document's text and what was found in it.

    :param kind: such as *PDF*.
    :param whole: whether all of it was read, rather than its beginning.
    """

    kind: str
    sections: list[Section]
    summary: str
    figures: list[Fact]
    dates: list[Fact]
    parties: list[str]
    whole: bool = True
