"""Sample people, devices and clients of the local stack."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Person:
    """A sample sign-in of the local user pool."""

    username: str
    email: str
    groups: tuple[str, ...]


USERS, ADMINS = "bizassist-users", "bizassist-admins"
PEOPLE = (
    Person("alice", "alice@example.com", (USERS,)),
    Person("admin", "admin@example.com", (USERS, ADMINS)),
)


def warranties(today: date) -> list[dict[str, str | bool]]:
    """Warranty rows whose dates keep their meaning whatever ``today`` is."""

    def days(count: int) -> str:
        return (today + timedelta(days=count)).isoformat()

    return [
        {
            "serial_number": "LAPTOP2024001",
            "printed_serial": "LAPTOP-2024-001",
            "product": "ProBook 14 laptop",
            "purchase_date": days(-400),
            "end_date": days(695),
            "coverage": "Parts and labour, next business day on site",
            "customer_name": "Alice Example",
            "customer_email": "alice@example.com",
        },
        {
            "serial_number": "PHONE2021007",
            "printed_serial": "PHONE-2021-007",
            "product": "One X phone",
            "purchase_date": days(-1_600),
            "end_date": days(-870),
            "coverage": "Parts and labour, carry-in",
            "customer_name": "Alice Example",
            "customer_email": "alice@example.com",
        },
        {
            "serial_number": "TABLET2023042",
            "printed_serial": "TABLET-2023-042",
            "product": "Slate 11 tablet",
            "purchase_date": days(-700),
            "end_date": days(395),
            "coverage": "Parts and labour, carry-in",
            "void": True,
            "customer_name": "Sample Customer",
            "customer_email": "customer@example.com",
        },
        {
            "serial_number": "MONITOR2024015",
            "printed_serial": "MONITOR-2024-015",
            "product": "Vista 27 monitor",
            "purchase_date": days(-1_083),
            "end_date": days(12),
            "coverage": "Replacement by mail",
            "customer_name": "Sample Customer",
            "customer_email": "customer@example.com",
        },
    ]


def clients() -> list[dict[str, str]]:
    """Client accounts for the account look-up."""
    return [
        {
            "client_id": "C-1001",
            "name": "Contoso Retail",
            "email": "accounts@contoso.example",
            "plan": "Enterprise",
            "status": "active",
            "account_manager": "admin@example.com",
        },
        {
            "client_id": "C-1002",
            "name": "Fabrikam Logistics",
            "email": "office@fabrikam.example",
            "plan": "Business",
            "status": "active",
            "account_manager": "alice@example.com",
        },
        {
            "client_id": "C-1003",
            "name": "Northwind Foods",
            "email": "it@northwind.example",
            "plan": "Business",
            "status": "suspended",
            "account_manager": "admin@example.com",
        },
    ]
