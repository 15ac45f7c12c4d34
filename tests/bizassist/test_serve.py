"""``bizassist serve`` where it can't listen."""

import json
import socket

import pytest

from bizassist.__main__ import main
from tests.configurations import CONFIG, clear_environment, ssm_stand_in


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_environment(monkeypatch)
    monkeypatch.setenv("BIZASSIST_PUBLIC_URL", "https://assistant.example.com")


def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What it says before it ends by itself."""
    with ssm_stand_in(monkeypatch) as parameters:
        parameters.update(json.loads((CONFIG / "good.json").read_text()))
        assert main(["serve"]) == 1
    return capsys.readouterr().err.splitlines()


def test_a_port_that_is_taken_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("BIZASSIST_PORT", str(port))
        (said,) = ended(monkeypatch, capsys)

    assert said == (
        f"bizassist: the chat service can't listen on 127.0.0.1:{port} (Address already in use): "
        "end what listens there, or set BIZASSIST_HOST and BIZASSIST_PORT."
    )


def test_an_interface_that_is_not_there_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIZASSIST_HOST", "192.0.2.1")  # RFC 5737: nobody's
    (said,) = ended(monkeypatch, capsys)

    assert "can't listen on 192.0.2.1:3978 (Cannot assign requested address)" in said
