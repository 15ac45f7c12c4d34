"""The durable queue between accepting an event and answering it."""
