"""The local stack: what stands in for AWS, Slack and AgentCore on a laptop; never shipped."""
