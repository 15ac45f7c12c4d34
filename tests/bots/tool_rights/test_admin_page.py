"""The page of rights: the policy in words, and what another would change; nothing is in force."""

from agent.authorization.rights import POLICY
from tests.conftest import Stack
from tests.person import answered, signed_in

CHECK = "warranty___check_warranty_status"
PAGE = "/admin/rights"


async def test_an_administrator_sees_whom_a_changed_policy_would_take_what(stack: Stack) -> None:
    without = POLICY.replace('"search_company_policy",', "").replace(
        f',\n        Action::"{CHECK}"', ""
    )
    assert CHECK not in without
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
        await admin.open(f"{stack.chat}{PAGE}")
        shown = admin.text()
        await admin.submit(PAGE, policy=POLICY)
        same = admin.text()
        await admin.submit(PAGE, policy=without)
        changed = admin.text()
        await admin.submit(PAGE, policy="permit <everybody>")
        refused, status = admin.text(), admin.page.status_code
        await admin.open(f"{stack.chat}{PAGE}")
        after = admin.text()

    assert "find serial numbers" in shown
    assert "Asked before each call: It shows which devices a customer has" in shown
    assert "Nothing would change for any of" in same
    assert "check warranty status" in changed
    assert "alice@example.com" in changed
    assert "Turns of the last 30 days that would have ended otherwise" in changed
    assert "It is no Cedar policy" in refused
    assert status == 400
    assert after == shown


async def test_nobody_else_sees_it(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await alice.open(f"{stack.chat}{PAGE}")

    assert alice.page.status_code == 403
    assert "for administrators" in alice.text()
