"""``/double/…``: what tests make people do here, and the conditions that they put the app under."""
