"""A warranty and what it is worth on a given day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Status = Literal["active", "expiring_soon", "expired", "void"]

EXPIRING_DAYS = 30
"""From so many days before its last day a warranty counts as ending soon."""

_NEXT_STEPS: dict[Status, str] = {
    "active": "Offer service under the warranty's coverage.",
    "expiring_soon": "Have any fault reported before the warranty's last day.",
    "expired": "Offer a paid repair or a replacement.",
    "void": "Promise nothing; let an administrator look at why the warranty is void.",
}


def today_utc() -> date:
    """The day it is everywhere the company does business: UTC's."""
    return datetime.now(UTC).date()


def comparable(email: str) -> bytes:
    """An e-mail address as it is compared: without blanks around it and without its case."""
    return email.strip().casefold().encode()


@dataclass(frozen=True, slots=True)
class Warranty:
    """One device's warranty, as the table keeps it.

    :param serial_number: as printed on the device.
    :param end_date: the last day that is covered.
    """

    serial_number: str
    product: str
    purchase_date: date
    end_date: date
    coverage: str
    void: bool = False
    customer_email: str = ""

    def status(self, today: date) -> Status:
        """What the warranty is worth on ``today``."""
        if self.void:
            return "void"
        days = (self.end_date - today).days
        if days < 0:
            return "expired"
        return "expiring_soon" if days <= EXPIRING_DAYS else "active"

    def days_left(self, today: date) -> int:
        """Days until the last day; none when nothing is covered any more."""
        return 0 if self.void else max(0, (self.end_date - today).days)

    def answer(self, today: date) -> dict[str, str | int]:
        """What anyone who knows the serial may see: never who the customer is."""
        status = self.status(today)
        return {
            "serial_number": self.serial_number,
            "product": self.product,
            "purchase_date": self.purchase_date.isoformat(),
            "end_date": self.end_date.isoformat(),
            "status": status,
            "days_left": self.days_left(today),
            "coverage": self.coverage,
            "next_step": _NEXT_STEPS[status],
        }
