"""One run: the agent assembled for it, its prompt, limits, sources and failures."""
