"""The tools of the agent: its own, and those of the Gateway."""
