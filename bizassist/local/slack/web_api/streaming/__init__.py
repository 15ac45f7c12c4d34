"""``chat.*Stream`` and ``agents.sessions.*``: messages that grow, and the threads that say so."""
