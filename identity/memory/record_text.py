"""A memory record's text as a person reads it; the strategies write JSON and XML for models."""

import json
import re

TOPIC = re.compile(r'<topic name="([^"]*)">(.*?)</topic>', re.DOTALL)
"""What the summary strategy writes (AgentCore developer guide, "summary strategy")."""


def readable(text: str) -> str:
    """Plain sentences; what has another shape stays as it is."""
    if topics := TOPIC.findall(text):
        return "\n".join(f"{name.strip()}: {' '.join(said.split())}" for name, said in topics)
    return _preference(text) or text.strip()


def _preference(text: str) -> str:
    """The sentence in a preference: ``{"context": …, "preference": …, "categories": […]}``."""
    if not text.startswith("{"):
        return ""
    try:
        content = json.loads(text)
    except ValueError:
        return ""
    preference = content.get("preference", "") if isinstance(content, dict) else ""
    return preference.strip() if isinstance(preference, str) else ""
