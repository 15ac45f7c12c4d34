"""What people see of a tool at work, in words made of its name."""

import re

_DOING = {
    "analyze": "Analyzing",
    "check": "Checking",
    "fetch": "Fetching",
    "find": "Finding",
    "get": "Getting",
    "list": "Listing",
    "look": "Looking",
    "read": "Reading",
    "recall": "Recalling",
    "search": "Searching",
}


def tool_activity(tool: str) -> str:
    """What a tool's name says to a person: ``warranty___check_status`` is "Checking status"."""
    name = re.sub(r"[\W_]+", " ", tool.rpartition("___")[2]).strip()
    verb, _, object_ = name.partition(" ")
    if verb in _DOING and object_:
        return f"{_DOING[verb]} {object_}"
    return f"Using {name or 'a tool'}"
