"""Every module fits the schema of a provider of the generation that isn't applied here."""

from pathlib import Path

import pytest

from tests.terraform.provider_hcl import misfits, provider_schema
from tests.terraform.readme import documented

NEWEST = "6.62"
UNTYPED = {"aws_wafv2_web_acl.this.rule.statement: is an attribute"}
"""Blocks that the bindings, out of which the schema is read, know as anything at all."""


@pytest.mark.parametrize("folder", documented(), ids=lambda folder: folder.name)
def test_provider_6_takes_every_attribute(folder: Path) -> None:
    sources = {file.name: file.read_text() for file in sorted(folder.glob("*.tf"))}
    assert {*misfits(sources, provider_schema(NEWEST), "aws_")} <= UNTYPED


def test_what_provider_6_gave_up_is_seen() -> None:
    old = """
resource "aws_eip" "nat" {
  vpc = true
}
"""
    assert misfits({"main.tf": old}, provider_schema(NEWEST), "aws_") == [
        "aws_eip.nat.vpc: is unknown"
    ]
