"""AgentCore's managed web search (InvokeWebSearch): the one to use in AWS."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway_tools.errors import SearchUnavailable
from gateway_tools.search.provider_interface import (
    Option,
    Provider,
    ProviderSettings,
    Query,
    SearchResult,
)

_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_TRANSIENT = {"InternalServerException", "ServiceUnavailableException", "ThrottlingException"}


class AgentCore:
    """The search that AWS runs; needs ``bedrock-agentcore:InvokeWebSearch`` and no key."""

    supported_options: frozenset[Option] = frozenset({"recency"})

    def __init__(self, client: Any) -> None:
        self._client = client

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages that AWS ranks best, each with an extract of its text."""
        filters = {}
        if query.recency:
            after = datetime.now(UTC) - timedelta(days=_DAYS[query.recency])
            filters = {"filters": {"publishedDateFilter": {"publishedAfter": after}}}
        try:
            results = self._client.invoke_web_search(
                webSearchId="web-search.v1",
                searchQuery=query.text,
                maxResults=query.max_results,
                **filters,
            )["results"]
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise SearchUnavailable(code, retry=code in _TRANSIENT) from None
        except BotoCoreError as error:
            raise SearchUnavailable(type(error).__name__) from None
        return [
            SearchResult(result.get("title", ""), result.get("url", ""), result.get("text", ""))
            for result in results
        ]


def provider(settings: ProviderSettings) -> Provider:
    """The managed search of this function's region; retries are the caller's."""
    config = Config(
        connect_timeout=2, read_timeout=settings.seconds, retries={"total_max_attempts": 1}
    )
    client = boto3.Session().client(
        "bedrock-agentcore", config=config, endpoint_url=settings.address
    )
    return AgentCore(client)
