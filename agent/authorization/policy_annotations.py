"""What ``rights.cedar`` says of tools in its policies' annotations."""

import json
from collections.abc import Mapping

import cedarpy


def annotated_tools(policy: str, annotation: str) -> Mapping[str, str]:
    """Each tool of the policies with an annotation, with the annotation's words.

    One such policy is enough, whichever other policies permit the tool too.

    :raises ValueError: when a policy has the annotation and no tool's name, or no words.
    """
    words_of: dict[str, str] = {}
    for rule in json.loads(cedarpy.policies_to_json_str(policy))["staticPolicies"].values():
        if annotation not in rule.get("annotations", {}):
            continue
        words = rule["annotations"][annotation]
        action = rule["action"]
        tools = action.get("entities") or [action.get("entity")]
        if not words or None in tools:
            raise ValueError(f"@{annotation} needs its words, and a policy that names its tools")
        words_of |= {tool["id"]: words for tool in tools}
    return words_of
