"""HTML, by lxml: one section a heading, without what a browser wouldn't show."""

from collections.abc import Iterator

from lxml import etree

from agent.errors import DocumentRefusedError
from agent.tools.documents.content import Section
from agent.tools.documents.formats.text import decoded

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object", "svg"})
BLOCKS = frozenset(
    {"p", "div", "li", "tr", "br", "table", "section", "article", "dt", "dd", "pre", *HEADINGS}
)
CELLS = frozenset({"td", "th"})


def sections(data: bytes) -> Iterator[Section]:
    """What stands under each heading.

    :raises DocumentRefusedError: when there is nothing like HTML in it.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(decoded(data).encode(), parser)
    if root is None:
        raise DocumentRefusedError("is empty.")
    reading = _Reading()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        yield from reading.take(event, element)
    yield reading.section()


class _Reading:
    """Where in the page the walk is; a walk, since recursion would end at a deep page."""

    def __init__(self) -> None:
        self._title = ""
        self._text: list[str] = []
        self._unseen = 0

    def take(self, event: str, element: "etree._Element") -> Iterator[Section]:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in UNSEEN:
            self._unseen += 1 if event == "start" else -1
        if event == "start" and tag in HEADINGS and not self._unseen:
            yield self.section()
        if tag in BLOCKS:
            self._text.append("\n")
        elif tag in CELLS and event == "end":
            self._text.append(" | ")
        if event == "end" and tag in HEADINGS and not self._unseen:
            self._title = self._taken().strip()
        if not self._unseen:
            text = (element.text if event == "start" else element.tail) or ""
            self._text.append(text.replace("\n", " "))

    def section(self) -> Section:
        """What was read since the last heading."""
        return Section(self._title, self._taken())

    def _taken(self) -> str:
        lines = (" ".join(line.split()).strip(" |") for line in "".join(self._text).split("\n"))
        self._text = []
        return "\n".join(line for line in lines if line)
