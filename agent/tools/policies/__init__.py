"""The company's policies: read from where they lie, cut into passages, and searched."""
