"""The diagrams of docs/architecture.md, one a package, made from what is imported."""

from tests.architecture.rooms import PACKAGES, ROOT, arrows, docstring, is_package, reduced, rooms

PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- BEGIN_ROOMS: written by make golden -->", "<!-- END_ROOMS -->"


def refreshed(page: str) -> str:
    """The page with the diagrams that are due."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return "\n\n".join([before + BEGIN, *map(section, PACKAGES), END + after])


def section(package: str) -> str:
    """A package's heading, what it is for, its diagram and the table of its rooms."""
    return "\n\n".join([f"### {package}", what_for(package), diagram(package), table(package)])


def diagram(package: str) -> str:
    """The rooms as boxes, their imports as arrows, in Mermaid's language."""
    left = reduced(arrows(package))
    boxes = [f'    {_id(room)}["{_name(room)}"]' for room in rooms(package)]
    lines = [
        f"    {_id(room)} --> {_id(other)}"
        for room in rooms(package)
        for other in sorted(left[room])
    ]
    return "\n".join(["```mermaid", "flowchart TB", *boxes, *lines, "```"])


def what_for(module: str) -> str:
    """The first line of a docstring, as Markdown."""
    return docstring(module).partition("\n")[0].replace("``", "`")


def table(package: str) -> str:
    """Each room's docstring."""
    rows = [f"| `{_name(room)}` | {what_for(room)} |" for room in rooms(package)]
    return "\n".join(["| Room | What for |", "|---|---|", *rows])


def _id(room: str) -> str:
    return room.rpartition(".")[2].strip("_")


def _name(room: str) -> str:
    return room.rpartition(".")[2] + ("/" if is_package(room) else ".py")
