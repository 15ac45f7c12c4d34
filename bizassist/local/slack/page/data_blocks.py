"""Task cards, tables, charts and lines of a message as HTML."""

from html import escape
from typing import Any

SIGNS = {"pending": "○", "in_progress": "◌", "complete": "✓", "error": "✕"}
WORDS = {"pending": "waiting", "in_progress": "at work", "complete": "done", "error": "failed"}

Block = dict[str, Any]


def html(block: Block) -> str:
    """One such block; empty for one that shows nothing of its own."""
    match block["type"]:
        case "task_card":
            return _task(block)
        case "table":
            return _table(block)
        case "data_visualization":
            return _chart(block)
        case other:
            return "<hr>" if other == "divider" else ""


def _task(block: Block) -> str:
    status = block["status"]
    links = "".join(
        f' <a href="{escape(source["url"])}">{escape(source["text"])}</a>'
        for source in block.get("sources", [])
    )
    said = f'<span class="sign" title="{WORDS[status]}">{SIGNS[status]}</span>'
    return f'<p class="task {status}">{said} {escape(block["title"])}{links}</p>'


def _table(block: Block) -> str:
    head, *rows = ([_cell(cell) for cell in row] for row in block["rows"])
    first = "".join(f"<th>{cell}</th>" for cell in head)
    others = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{first}</tr></thead><tbody>{others}</tbody></table>"


def _cell(cell: Block) -> str:
    if cell["type"] != "rich_text":
        return escape(str(cell["text"]))
    elements = [element for part in cell["elements"] for element in part["elements"]]
    return "".join(map(_element, elements))


def _element(element: Block) -> str:
    text = escape(element.get("text", ""))
    if element["type"] == "link":
        return f'<a href="{escape(element["url"])}">{text or escape(element["url"])}</a>'
    for style, tag in (("bold", "strong"), ("italic", "em"), ("code", "code"), ("strike", "s")):
        if element.get("style", {}).get(style):
            text = f"<{tag}>{text}</{tag}>"
    return text


def _chart(block: Block) -> str:
    """A chart as bars: enough to see that there is one, and of what."""
    series = block["chart"]["series"]
    most = max((abs(p["value"]) for one in series for p in one["data"]), default=0) or 1
    bars = "".join(
        f"<tr><td>{escape(one['name'])}, {escape(point['label'])}</td>"
        f'<td><meter max="{most}" value="{abs(point["value"])}">{point["value"]}</meter></td></tr>'
        for one in series
        for point in one["data"]
    )
    title = escape(f"{block['title']} ({block['chart']['type']} chart)")
    return f'<table class="chart"><caption>{title}</caption><tbody>{bars}</tbody></table>'
