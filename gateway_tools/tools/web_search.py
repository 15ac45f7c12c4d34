"""The tool ``web_search``: pages of the public web, cleaned."""

import re
from dataclasses import asdict
from typing import cast, get_args

from gateway_tools.checked_call import Answer, Arguments
from gateway_tools.errors import InvalidArguments
from gateway_tools.search.provider_call import CachedSearch
from gateway_tools.search.provider_interface import Query, Recency, SafeSearch
from gateway_tools.search.settings import web_search

QUERY_LENGTH = 200  # InvokeWebSearch takes no more
MAX_RESULTS = 10
_REGION = re.compile(r"[a-z]{2}-[a-z]{2}")


def run(arguments: Arguments) -> Answer:
    """Answer with the pages found; none is an answer, an outage is an error.

    :raises ToolError: when an argument is wrong, the rate is used up, or nobody answers.
    """
    query = _query(arguments)
    search = web_search()
    pages = search.search(query)
    return {"results": [asdict(page) for page in pages], "note": _note(search, arguments, pages)}


def _query(arguments: Arguments) -> Query:
    text = " ".join(arguments["query"].split())
    if not 1 <= len(text) <= QUERY_LENGTH:
        raise _invalid(f"The query must have 1 to {QUERY_LENGTH} characters.")
    count = int(arguments.get("max_results", 5))
    if not 1 <= count <= MAX_RESULTS:
        raise _invalid(f"max_results must be between 1 and {MAX_RESULTS}.")
    return Query(
        text=text,
        max_results=count,
        region=_region(arguments),
        recency=cast("Recency | None", _one_of(arguments, "recency", get_args(Recency))),
        safe_search=cast(
            "SafeSearch", _one_of(arguments, "safe_search", get_args(SafeSearch)) or "moderate"
        ),
    )


def _region(arguments: Arguments) -> str | None:
    region = arguments.get("region")
    if region is None:
        return None
    match = _REGION.fullmatch(region.lower())
    if match is None:
        raise _invalid("The region must be a country and a language, such as us-en.")
    return match[0].replace("gb-", "uk-")


def _one_of(arguments: Arguments, name: str, allowed: tuple[str, ...]) -> str | None:
    value = arguments.get(name)
    if value is not None and value not in allowed:
        raise _invalid(f"{name} must be one of {', '.join(allowed)}.")
    return cast("str | None", value)


def _invalid(message: str) -> InvalidArguments:
    return InvalidArguments(message, "Call again with that corrected.")


def _note(search: CachedSearch, arguments: Arguments, pages: object) -> str:
    options = sorted({"region", "recency", "safe_search"} & arguments.keys())
    ignored = [option for option in options if option not in search.provider.supported_options]
    notes = [f"Not applied by this search provider: {', '.join(ignored)}."] if ignored else []
    if not pages:
        notes.insert(0, "The search worked and found no page.")
    return " ".join(notes)
