"""The tool ``check_warranty_status``: one device's warranty by its serial number."""

import hmac
from collections.abc import Callable
from datetime import date

from gateway_tools import serial_number_spelling as serial_numbers
from gateway_tools.checked_call import Answer, Arguments
from gateway_tools.errors import InvalidArguments, NotFound
from gateway_tools.warranty_table import warranty_table
from gateway_tools.warranty_validity import Warranty, comparable, today_utc


def run(arguments: Arguments, *, today: Callable[[], date] = today_utc) -> Answer:
    """Answer with the warranty, or with the one refusal that tells nothing about a customer."""
    try:
        keys = serial_numbers.spellings(arguments["serial_number"])
    except ValueError as error:
        raise InvalidArguments(
            "A serial number has 4 to 40 letters and digits.",
            "Ask for the serial number that is printed on the device.",
        ) from error
    warranty = warranty_table().first(keys)
    if warranty is None or not _may_see(warranty, arguments.get("customer_email")):
        # A wrong e-mail must not read differently from an unknown serial.
        raise NotFound(
            "No warranty is on file for this serial number and customer.",
            "Ask to have the serial number, and the e-mail address if there is one, checked.",
        )
    return warranty.answer(today())


def _may_see(warranty: Warranty, email: str | None) -> bool:
    if email is None:
        return True
    return hmac.compare_digest(comparable(email), comparable(warranty.customer_email))
