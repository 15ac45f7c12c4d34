"""Slack: its events come in, its messages go out; nothing else in the service knows it."""
