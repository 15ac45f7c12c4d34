"""A warranty table of the tests' own in the stack's AWS, and a search provider played."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from gateway_tools.search.settings import web_search
from gateway_tools.warranty_table import warranty_table
from tests.gateway_tools.search_provider_double import Provider, playing

AddDevice = Callable[..., None]


def days_from_now(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture(scope="session")
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def table(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty table, which the tools read."""
    dynamodb = aws.client("dynamodb")
    name = f"warranty-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "serial_number", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "serial_number", "KeyType": "HASH"}],
    )
    monkeypatch.setenv("WARRANTY_TABLE", name)
    warranty_table.cache_clear()
    yield name
    warranty_table.cache_clear()
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def add(aws: boto3.Session, table: str) -> AddDevice:
    """Puts one device into the table; what is not said about it is ordinary."""
    devices = aws.resource("dynamodb").Table(table)

    def put(serial_number: str, **changes: Any) -> None:
        devices.put_item(
            Item={
                "serial_number": serial_number,
                "product": "ProBook 14",
                "purchase_date": days_from_now(-400),
                "end_date": days_from_now(300),
                "coverage": "Parts and labour",
                "customer_name": "Alice Example",
                "customer_email": "alice@example.com",
                **changes,
            }
        )

    return put


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Where searches go: DuckDuckGo, until a test chooses another."""
    with playing() as played:
        monkeypatch.setenv("WEB_SEARCH_ADDRESS", f"{played.address}/html/")
        web_search.cache_clear()
        yield played
    web_search.cache_clear()


@pytest.fixture
def key(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> str:
    """An API key, kept where the settings say."""
    aws.client("ssm").put_parameter(
        Name="/tests/search-key", Value="a-key", Type="SecureString", Overwrite=True
    )
    monkeypatch.setenv("WEB_SEARCH_KEY_PARAMETER", "/tests/search-key")
    return "a-key"
