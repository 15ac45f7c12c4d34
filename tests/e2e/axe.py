"""axe-core in the page: what keeps people with a keyboard, a screen reader or weak eyes out."""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests.clients.node import node_file

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.map(one => ({
    rule: one.id,
    help: one.help,
    places: one.nodes.map(node => `${node.html}: ${node.failureSummary}`),
  }));
}"""


@cache
def _axe() -> str:
    return node_file("axe-core/axe.min.js").read_text()


async def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core holds against the page as it is now.

    The script is evaluated by the debugger, to which the page's content security policy does not
    apply: the page is judged under the policy that people get.
    """
    await page.evaluate(_axe())
    found: list[dict[str, Any]] = await page.evaluate(RUN, list(RULES))
    return found


async def assert_accessible(page: Page) -> None:
    """No violation, by day and by night."""
    for colours in ("dark", "light"):
        await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        found = await violations(page)
        assert not found, f"{page.url} in {colours}: {found}"
