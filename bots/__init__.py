"""The chat service: platforms in, platforms out, the turn in between."""
