"""The rich text that a person typed, where Slack sends a message's blocks and no text."""

from collections.abc import Iterator, Mapping

_MARKED = {
    "user": ("<@", "user_id", ">"),
    "channel": ("<#", "channel_id", ">"),
    "broadcast": ("<!", "range", ">"),
    "emoji": (":", "name", ":"),
}
"""What stands before, in and after an element in Slack's markup."""


def rich_text(blocks: object) -> str:
    """What ``blocks`` say, in Slack's markup, so that it is read as a text is."""
    lines = (
        "".join(_written(part)) for block in _listed(blocks, "rich_text") for part in _parts(block)
    )
    return "\n".join(filter(None, lines))


def _written(element: Mapping[str, object]) -> Iterator[str]:
    match element.get("type"):
        case "text":
            yield _escaped(element, "text")
        case "link":
            yield (
                "<" + "|".join(filter(None, (_escaped(element, n) for n in ("url", "text")))) + ">"
            )
        case str(kind) if kind in _MARKED:
            before, name, after = _MARKED[kind]
            yield f"{before}{_escaped(element, name)}{after}"
        case "rich_text_list":
            yield "\n".join(f"- {''.join(_written(item))}" for item in _parts(element))
        case _:
            for part in _parts(element):
                yield from _written(part)


def _parts(holder: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    return _listed(holder.get("elements"), None)


def _listed(values: object, kind: str | None) -> Iterator[Mapping[str, object]]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, Mapping) and kind in {None, value.get("type")}:
            yield value


def _escaped(element: Mapping[str, object], name: str) -> str:
    value = element.get(name)
    text = value if isinstance(value, str) else ""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
