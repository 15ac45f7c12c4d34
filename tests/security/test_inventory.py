"""The security inventory says what the code does, where a program can compare them."""

import ast
import logging
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.telemetry.log import OneLineFormatter
from bizassist.log import OneLine
from tests.some import some

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security-inventory.md").read_text()
SECTIONS = (
    "What comes in",
    "What must fit together",
    "Who proves who they are, and how",
    "Keys and algorithms",
    "Connections",
    "Data",
    "Libraries",
    "What costs much",
    "Logs",
)
PACKAGES = ("agent", "bots", "gateway_tools", "identity", "bizassist")
SHIPPED = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not path.is_relative_to(ROOT / "bizassist" / "local")
]
HASHES = {"sha256": "SHA-256"}


def section(name: str) -> str:
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def attributes(of: str) -> Iterator[tuple[str, ast.Attribute]]:
    """Each ``of.something`` in the code that ships, with its file."""
    for path in SHIPPED:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == of:
                yield str(path.relative_to(ROOT)), node


def test_the_page_has_its_sections() -> None:
    for name in SECTIONS:
        assert len(section(name).split()) > 40, name


def test_every_algorithm_of_the_code_is_in_the_table() -> None:
    table = section("Keys and algorithms")
    for file, node in some(attributes("hashlib")):
        assert node.attr in HASHES, f"{file}: {node.attr}"
        assert HASHES[node.attr] in table
    digests = [node for _, node in attributes("hmac")]
    assert {node.attr for node in some(digests)} <= {"compare_digest", "digest", "new"}
    assert "HMAC-SHA-256" in table


def test_no_block_mode_is_chosen_here() -> None:
    """Of ``cryptography`` only AES-GCM is used, whose nonces and tags can't be left out."""
    names = {
        f"{node.module}.{name.name}"
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography")
        for name in node.names
    }
    ciphers = {name for name in some(names) if "exceptions" not in name}
    assert ciphers == {"cryptography.hazmat.primitives.ciphers.aead.AESGCM"}


def test_secrets_are_long_and_random() -> None:
    made = [
        (path, node)
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "secrets.token_urlsafe"
    ]
    for path, node in some(made):
        size = ast.literal_eval(node.args[0]) if node.args else 32
        assert size >= 16, f"{path}: {ast.unparse(node)}"


def test_every_service_of_aws_is_in_the_table() -> None:
    named = set(re.findall(r"`([a-z0-9-]+)`", section("Connections")))
    called = {
        str(node.args[0].value)
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "client"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert set(some(called)) <= named


def test_every_library_comes_with_its_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    ours = [package for package in lock["package"] if "registry" not in package["source"]]
    assert [package["name"] for package in ours] == ["bizassist"]
    for package in some(package for package in lock["package"] if package not in ours):
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        hashes = [one["hash"] for one in some(files)]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize("line", [OneLine(), OneLineFormatter()])
def test_the_times_of_a_log_say_their_zone(
    line: logging.Formatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        record = logging.LogRecord("bots", logging.INFO, "f", 1, "words", None, None)
        record.created = 1_700_000_000.25
        assert line.format(record).startswith("2023-11-14T22:13:20.250+00:00 INFO bots words")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_logs_go_to_standard_error_alone() -> None:
    """No handler but that of standard error is made in what ships."""
    handlers = {
        node.attr
        for _, node in (*attributes("logging"), *attributes("logging.handlers"))
        if node.attr.endswith("Handler")
    }
    assert set(some(handlers)) <= {"StreamHandler", "NullHandler"}
