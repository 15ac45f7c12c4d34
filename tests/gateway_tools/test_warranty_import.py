"""Devices from a CSV file: all of them into the table, or every fault and none of them."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bizassist.__main__ import main
from bizassist.commands import warranty
from bizassist.errors import CsvError
from tests.gateway_tools.conftest import AddDevice
from tests.gateway_tools.tool_calls import call, refused

HEADER = "serial_number,product,purchase_date,end_date,coverage,void,customer_email,customer_name"
GOOD = "LAPTOP-2024-001,ProBook 14,2024-01-31,2099-01-30,Parts,no,Alice@Example.com,Alice Example"


def file(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "devices.csv"
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def load(path: Path, table: str) -> str:
    """Run the command; what it says when it fails."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status = main(["warranty", "import", str(path), "--table", table, "--aws"])
    account, _, failure = said.getvalue().partition("\n")
    assert account.startswith("bizassist: this is AWS account ")
    assert status == (1 if failure else 0)
    return failure.removeprefix("bizassist: ").rstrip("\n")


def rows(aws: boto3.Session, table: str) -> list[dict[str, Any]]:
    return list(aws.resource("dynamodb").Table(table).scan()["Items"])


def test_what_was_imported_is_found_by_the_tools(
    tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    void = "TABLET-2023-042,Slate,2023-05-01,2099-05-01,Parts,yes,,"
    assert load(file(tmp_path, HEADER, GOOD, void), table) == ""
    assert capsys.readouterr().out == f"2 devices are in {table}\n"
    answer = call(
        "check_warranty_status",
        serial_number="laptop2024001",
        customer_email="alice@example.com",
    )
    assert (answer["serial_number"], answer["end_date"]) == ("LAPTOP-2024-001", "2099-01-30")
    assert call("check_warranty_status", serial_number="TABLET 2023 042")["status"] == "void"


def test_a_spreadsheets_file_is_read_too(tmp_path: Path, table: str, aws: boto3.Session) -> None:
    header = "Customer_Email, Serial_Number ,product,purchase_date,end_date,coverage"
    device = 'a@b.example, phone 1 2 3 ,"One ""X"",\nblack",2024-01-31,2026-01-31,"Parts, labour"'
    assert load(file(tmp_path, header, "", device, ",,,,,", encoding="utf-8-sig"), table) == ""
    (row,) = rows(aws, table)
    assert row == {
        "serial_number": "PHONE123",
        "printed_serial": "PHONE-1-2-3",
        "product": 'One "X",\nblack',
        "purchase_date": "2024-01-31",
        "end_date": "2026-01-31",
        "coverage": "Parts, labour",
        "customer_email": "a@b.example",
    }


def test_a_device_that_is_there_already_is_replaced(
    tmp_path: Path, table: str, aws: boto3.Session, add: AddDevice
) -> None:
    add("LAPTOP2024001", product="Old", void=True)
    assert load(file(tmp_path, HEADER, GOOD), table) == ""
    (row,) = rows(aws, table)
    assert (row["product"], row["void"]) == ("ProBook 14", False)


def test_every_fault_is_named_by_its_line_and_column(
    tmp_path: Path, table: str, aws: boto3.Session
) -> None:
    said = load(
        file(
            tmp_path,
            HEADER,
            GOOD,
            'A-1,"Two\nlines",2024-01-31,2025-01-31,Parts,no,,',
            "x,,31.01.2024,2024-02-30,Parts,perhaps,nobody,",
            "LAPTOP-77,P,2024-01-31,2023-01-31,C,,,",
            "laptop 2024 001,P,2024-01-31,2025-01-31,C,,,",
            "LAPTOP-78,P,20240131,2025-W05-5,C,,a@b.example extra,",
            "LAPTOP-79,P,2024-01-31",
            f"LAPTOP-80,{'P' * 201},2024-01-31,2025-01-31,C,,,",
        ),
        table,
    )
    found = re.findall(r"^line (\d+)(?:, (\w+))?: ", said, re.MULTILINE)
    assert found == [
        ("3", "serial_number"),
        ("5", "serial_number"),
        ("5", "product"),
        ("5", "purchase_date"),
        ("5", "end_date"),
        ("5", "void"),
        ("5", "customer_email"),
        ("6", "end_date"),
        ("7", "serial_number"),
        ("8", "purchase_date"),
        ("8", "end_date"),
        ("8", "customer_email"),
        ("9", ""),
        ("10", "product"),
    ]
    assert "the same device as in line 2" in said
    assert rows(aws, table) == []


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([""], "line 1, serial_number: the column is missing"),
        ([HEADER], "line 1: there are no devices"),
        ([HEADER.replace("void", "note"), GOOD], "line 1, note: there is no such column"),
        ([HEADER + ",void", GOOD + ","], "line 1, void: the column is there more than once"),
        ([HEADER.replace("product,", ""), GOOD], "line 1, product: the column is missing"),
        ([HEADER, GOOD, 'A,"open'], "line 3: is not CSV"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    tmp_path: Path, table: str, lines: list[str], fault: str
) -> None:
    assert fault in load(file(tmp_path, *lines), table)


def test_a_file_of_another_encoding_is_refused(tmp_path: Path, table: str) -> None:
    path = file(tmp_path, HEADER, GOOD.replace("Alice Example", "Älice"), encoding="latin-1")
    assert "not UTF-8" in load(path, table)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path, table: str) -> None:
    assert "can't be read" in load(tmp_path / "none.csv", table)


def test_a_missing_table_is_said_to_be_missing(tmp_path: Path, aws: boto3.Session) -> None:
    assert "ResourceNotFound" in load(file(tmp_path, HEADER, GOOD), "no-such-table")


class Failing:
    """DynamoDB that refuses one transaction: there is no other way to fail between two."""

    def __init__(self, dynamodb: Any, at: int, *, after: bool) -> None:
        self._dynamodb = dynamodb
        self._left = at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)

    def transact_write_items(self, **request: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            if self._after:
                self._dynamodb.transact_write_items(**request)
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")
        return self._dynamodb.transact_write_items(**request)


@pytest.mark.parametrize("after", [False, True])
def test_an_import_that_fails_half_way_leaves_nothing_behind(
    tmp_path: Path, table: str, aws: boto3.Session, add: AddDevice, after: bool
) -> None:
    add("D0007", product="Old")
    before = rows(aws, table)
    many = [f"D{number:04},P,2024-01-31,2025-01-31,C,,," for number in range(250)]
    path = file(tmp_path, HEADER, *many)
    failing: Any = Failing(aws.client("dynamodb"), 3, after=after)
    with pytest.raises(ClientError):
        warranty.import_csv(path, failing, table)
    assert rows(aws, table) == before
    assert warranty.import_csv(path, aws.client("dynamodb"), table) == 250
    assert len(rows(aws, table)) == 250


def test_a_faulty_file_carries_its_faults(tmp_path: Path, aws: boto3.Session) -> None:
    with pytest.raises(CsvError) as refusal:
        warranty.import_csv(file(tmp_path, HEADER), aws.client("dynamodb"), "any")
    assert [fault.line for fault in refusal.value.faults] == [1]


def test_nothing_imported_tells_the_tools_nothing(tmp_path: Path, table: str) -> None:
    load(file(tmp_path, HEADER, GOOD, "broken"), table)
    assert refused("check_warranty_status", serial_number="LAPTOP2024001")["code"] == "not_found"
