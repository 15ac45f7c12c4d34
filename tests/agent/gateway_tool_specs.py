"""The Gateway's tools as the model sees them, and a conversation to show it."""

from strands.types.content import Messages
from strands.types.tools import ToolSpec

from gateway_tools import catalog

WARRANTY = "warranty___check_warranty_status"
TARGETS = {name: target for target, names in catalog.targets().items() for name in names}
SEARCH = f"{TARGETS['web_search']}___web_search"


def specs() -> list[ToolSpec]:
    found: list[ToolSpec] = []
    for name, target in TARGETS.items():
        tool = catalog.definition(name)
        schema = {"json": tool["inputSchema"]}
        full = f"{target}___{name}"
        found.append({"name": full, "description": tool["description"], "inputSchema": schema})
    return found


def said(*texts: str) -> Messages:
    return [{"role": "user", "content": [{"text": text}]} for text in texts]
