"""The tool ``find_serial_numbers``: near misses of a serial, and a customer's devices."""

import difflib
from collections.abc import Callable, Iterable
from datetime import date

from gateway_tools import serial_number_spelling as serial_numbers
from gateway_tools.checked_call import Answer, Arguments
from gateway_tools.errors import InvalidArguments
from gateway_tools.warranty_table import warranty_table
from gateway_tools.warranty_validity import Warranty, comparable, today_utc

MATCHES = 10
# One letter of a dozen misread scores 0.92, two score 0.83.
RESEMBLANCE = 0.8


def run(arguments: Arguments, *, today: Callable[[], date] = today_utc) -> Answer:
    """Answer with devices, never with whose they are."""
    typed, email = arguments.get("serial_number"), arguments.get("customer_email")
    if typed is None and email is None:
        raise InvalidArguments(
            "There is nothing to find by.",
            "Give a serial number, a customer's e-mail address, or both.",
        )
    wanted = None if typed is None else _compact(typed)
    devices = warranty_table().all()
    if email is not None:
        owner = comparable(email)
        devices = (device for device in devices if comparable(device.customer_email) == owner)
    found = list(devices) if wanted is None else _resembling(devices, wanted)
    day = today()
    return {
        "matches": [
            {
                "serial_number": device.serial_number,
                "product": device.product,
                "status": device.status(day),
            }
            for device in found[:MATCHES]
        ],
        "note": f"There are more; these are the first {MATCHES}." if len(found) > MATCHES else "",
    }


def _compact(typed: str) -> str:
    try:
        return serial_numbers.compact(typed)
    except ValueError as error:
        raise InvalidArguments(
            "That is too little, or too much, of a serial number.",
            "Give at least 4 of its letters and digits.",
        ) from error


def _resembling(devices: Iterable[Warranty], wanted: str) -> list[Warranty]:
    """The devices whose serial contains ``wanted`` or is nearly it, closest first."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)  # what is compared often goes second
    scored = []
    for device in devices:
        serial = serial_numbers.squeezed(device.serial_number)
        matcher.set_seq1(serial)
        if wanted in serial:
            scored.append((1.0, device))
        elif matcher.real_quick_ratio() >= RESEMBLANCE and matcher.ratio() >= RESEMBLANCE:
            scored.append((matcher.ratio(), device))
    return [device for _, device in sorted(scored, key=lambda score: -score[0])]
