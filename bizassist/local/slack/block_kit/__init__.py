"""Block Kit's rules: what Slack objects to in blocks."""
