"""The forms that open over a conversation in Slack."""
