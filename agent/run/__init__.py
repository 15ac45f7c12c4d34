"""One run: the agent assembled for it, its limits, sources, usage and explanation."""
