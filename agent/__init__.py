"""What runs in AgentCore Runtime: the entry point, the agent, its models, memory and tools."""
