"""AG-UI for other clients than our page: one route that takes a run and streams its events."""
