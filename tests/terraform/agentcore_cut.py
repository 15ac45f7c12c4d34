"""The product for providers and emulators without AgentCore: all of it but that."""

import re
from pathlib import Path

_RESOURCE = re.compile(
    r'^resource "aws_(?:bedrockagentcore_|cognito_managed_login_branding).*?^\}\n',
    re.MULTILINE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"aws_bedrockagentcore_\w+\.\w+\.(\w+)")
_ARN = "arn:aws:bedrock-agentcore:us-east-1:000000000000"
VALUES = {
    "agent_runtime_arn": f"{_ARN}:runtime/bizassist-0123456789",
    "agent_runtime_id": "bizassist-0123456789",
    "agent_runtime_version": "1",
    "arn": f"{_ARN}:memory/bizassist-0123456789",
    "gateway_arn": f"{_ARN}:gateway/bizassist-0123456789",
    "gateway_url": "https://bizassist.gateway.bedrock-agentcore.us-east-1.amazonaws.com/mcp",
    "id": "bizassist-0123456789",
    "workload_identity_arn": f"{_ARN}:workload-identity-directory/default/workload-identity/x",
}
"""What the resources would answer, by attribute."""


def cut(module: Path) -> None:
    """Take what only provider 6 has out of a copy of the module; values stand where it is read."""
    for override in module.glob("*_override.tf"):
        override.unlink()
    for file in module.glob("*.tf"):
        text = _RESOURCE.sub("", file.read_text()).replace(">= 6.25", ">= 5.100")
        file.write_text(_ATTRIBUTE.sub(lambda found: f'"{VALUES[found[1]]}"', text))
