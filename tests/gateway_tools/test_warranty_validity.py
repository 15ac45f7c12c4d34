"""A device's warranty by its serial number, and the serial numbers by what is known of them."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway_tools.tools import check_warranty_status, find_serial_numbers
from gateway_tools.warranty_table import warranty_table
from gateway_tools.warranty_validity import Warranty
from tests.conftest import Stack
from tests.gateway_tools.conftest import AddDevice, days_from_now
from tests.gateway_tools.tool_calls import call, refused

LAST_DAY = date(2026, 3, 31)


def check(serial: str, **more: Any) -> dict[str, Any]:
    return call("check_warranty_status", serial_number=serial, **more)


@pytest.mark.parametrize(
    ("today", "status", "days_left"),
    [
        (date(2026, 2, 28), "active", 31),
        (date(2026, 3, 1), "expiring_soon", 30),
        (date(2026, 3, 31), "expiring_soon", 0),
        (date(2026, 4, 1), "expired", 0),
    ],
)
def test_status_turns_on_the_right_day(
    add: AddDevice, today: date, status: str, days_left: int
) -> None:
    add("PRINTER-1", end_date=LAST_DAY.isoformat(), purchase_date="2024-03-31")
    answer = check_warranty_status.run({"serial_number": "PRINTER-1"}, today=lambda: today)
    assert (answer["status"], answer["days_left"]) == (status, days_left)


def test_a_void_warranty_is_void_while_it_runs(add: AddDevice) -> None:
    add("TABLET-9", void=True)
    answer = check("TABLET-9")
    assert (answer["status"], answer["days_left"]) == ("void", 0)


def test_the_answer_says_everything_about_the_device_and_nothing_about_the_customer(
    add: AddDevice,
) -> None:
    add("LAPTOP-1", customer_name="Alice Example", customer_address="1 Sample Street")
    answer = check("LAPTOP-1")
    assert answer.pop("next_step")
    assert answer == {
        "serial_number": "LAPTOP-1",
        "product": "ProBook 14",
        "purchase_date": days_from_now(-400),
        "end_date": days_from_now(300),
        "status": "active",
        "days_left": 300,
        "coverage": "Parts and labour",
    }


def test_the_day_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    from gateway_tools.warranty_validity import today_utc

    assert today_utc() == datetime.now(UTC).date()


@pytest.mark.parametrize(
    "typed",
    ["LAPTOP-2024-001", "laptop-2024-001", " Laptop 2024 001 ", "laptop2024001", "LAPTOP–2024—001"],
)
@pytest.mark.parametrize("kept", ["LAPTOP2024001"])
def test_a_serial_is_found_however_it_is_typed(add: AddDevice, kept: str, typed: str) -> None:
    add(kept, printed_serial="LAPTOP-2024-001")
    assert check(typed)["serial_number"] == "LAPTOP-2024-001"


@pytest.mark.parametrize("typed", ["laptop 2024 001", "LAPTOP_2024_001", "laptop--2024-001"])
def test_a_table_that_keeps_the_dashes_is_read_too(add: AddDevice, typed: str) -> None:
    add("LAPTOP-2024-001")
    assert check(typed)["serial_number"] == "LAPTOP-2024-001"


@pytest.mark.parametrize("typed", ["", "---", "abc", "LAPTOP/2024", "x" * 41, "лаптоп2024"])
def test_what_is_no_serial_number_is_said_to_be_none(table: str, typed: str) -> None:
    error = refused("check_warranty_status", serial_number=typed)
    assert error["code"] == "invalid_arguments"


@pytest.mark.parametrize("email", ["alice@example.com", " Alice@Example.COM "])
def test_the_customers_own_address_opens_the_warranty(add: AddDevice, email: str) -> None:
    add("LAPTOP-1")
    assert check("LAPTOP-1", customer_email=email)["status"] == "active"


@pytest.mark.parametrize("email", ["bob@example.com", "alice@example.co", "älice@example.com"])
def test_a_wrong_address_reads_exactly_like_an_unknown_serial(add: AddDevice, email: str) -> None:
    add("LAPTOP-1")
    wrong = refused("check_warranty_status", serial_number="LAPTOP-1", customer_email=email)
    unknown = refused("check_warranty_status", serial_number="LAPTOP-2", customer_email=email)
    assert wrong == unknown == refused("check_warranty_status", serial_number="LAPTOP-2")


def test_no_address_opens_a_device_whose_customer_has_none(add: AddDevice) -> None:
    add("LAPTOP-1", customer_email="")
    error = refused("check_warranty_status", serial_number="LAPTOP-1", customer_email="a@b.example")
    assert error["code"] == "not_found"


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_an_address_left_blank_is_not_given(add: AddDevice, nothing: str | None) -> None:
    add("LAPTOP-1")
    assert check("LAPTOP-1", customer_email=nothing)["status"] == "active"


def test_the_sample_devices_of_the_stack(stack: Stack, aws: object, samples: None) -> None:
    statuses = {
        serial: check(serial)["status"]
        for serial in ("LAPTOP-2024-001", "PHONE-2021-007", "TABLET-2023-042")
    }
    assert statuses == {
        "LAPTOP-2024-001": "active",
        "PHONE-2021-007": "expired",
        "TABLET-2023-042": "void",
    }


@pytest.fixture
def samples(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARRANTY_TABLE", stack.parameters["warranty_table"])
    warranty_table.cache_clear()


@pytest.mark.parametrize("tool", ["check_warranty_status", "find_serial_numbers"])
def test_an_unreachable_table_is_said_to_be_unreachable(
    monkeypatch: pytest.MonkeyPatch, table: str, tool: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    warranty_table.cache_clear()
    assert refused(tool, serial_number="LAPTOP-1")["code"] == "unavailable"


def test_a_missing_table_is_said_to_be_unreachable(
    monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setenv("WARRANTY_TABLE", "no-such-table")
    warranty_table.cache_clear()
    assert refused("check_warranty_status", serial_number="LAPTOP-1")["code"] == "unavailable"


def find(**arguments: Any) -> list[str]:
    matches = call("find_serial_numbers", **arguments)["matches"]
    return [match["serial_number"] for match in matches]


@pytest.mark.parametrize(
    "misread",
    [
        "LAPTOP-2024-O01",  # a letter O for a zero
        "LAPTOP-2024-010",  # two digits the wrong way round
        "laptop 2024 01",  # a digit left out
        "2024001",  # what could be read
    ],
)
def test_a_misread_serial_is_found_by_its_resemblance(add: AddDevice, misread: str) -> None:
    add("LAPTOP-2024-001")
    add("PHONE-2021-007")
    assert find(serial_number=misread) == ["LAPTOP-2024-001"]


def test_the_closest_serial_comes_first(add: AddDevice) -> None:
    for serial in ("LAPTOP-2024-011", "LAPTOP-2024-001", "LAPTOP-2024-113"):
        add(serial)
    assert find(serial_number="LAPTOP-2024-001")[0] == "LAPTOP-2024-001"


def test_a_customers_devices_are_found_by_their_address(add: AddDevice) -> None:
    add("LAPTOP-1")
    add("PHONE-1", customer_email="Alice@Example.com", void=True)
    add("TABLET-1", customer_email="bob@example.com")
    answer = call("find_serial_numbers", customer_email="ALICE@example.com")
    assert sorted((match["serial_number"], match["status"]) for match in answer["matches"]) == [
        ("LAPTOP-1", "active"),
        ("PHONE-1", "void"),
    ]
    assert "alice" not in json.dumps(answer).lower()


def test_serial_and_address_together_narrow_each_other(add: AddDevice) -> None:
    add("LAPTOP-2024-001")
    add("LAPTOP-2024-002", customer_email="bob@example.com")
    assert find(serial_number="LAPTOP-2024-003", customer_email="bob@example.com") == [
        "LAPTOP-2024-002"
    ]


def test_many_matches_are_cut_and_said_to_be(add: AddDevice) -> None:
    for number in range(11):
        add(f"LAPTOP-{number:03}")
    answer = call("find_serial_numbers", serial_number="laptop")
    assert len(answer["matches"]) == 10
    assert answer["note"]


def test_nothing_is_found_where_nothing_resembles(add: AddDevice) -> None:
    add("LAPTOP-1")
    assert call("find_serial_numbers", serial_number="ROUTER-77") == {"matches": [], "note": ""}


@pytest.mark.parametrize("arguments", [{}, {"serial_number": "ab"}, {"serial_number": None}])
def test_finding_needs_something_to_find_by(table: str, arguments: dict[str, Any]) -> None:
    assert refused("find_serial_numbers", **arguments)["code"] == "invalid_arguments"


def test_finding_dates_its_answer_by_the_clock_it_is_given(add: AddDevice) -> None:
    add("LAPTOP-1", end_date=LAST_DAY.isoformat())
    answer = find_serial_numbers.run({"serial_number": "LAPTOP-1"}, today=lambda: date(2026, 3, 30))
    assert answer["matches"][0]["status"] == "expiring_soon"


def test_a_warranty_keeps_its_customers_address_out_of_its_answer() -> None:
    warranty = Warranty("A", "B", LAST_DAY, LAST_DAY, "C", customer_email="alice@example.com")
    assert "customer_email" not in warranty.answer(LAST_DAY)
