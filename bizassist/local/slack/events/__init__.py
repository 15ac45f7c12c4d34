"""What reaches the app: commands, events and pressed buttons in Slack's words, signed, repeated."""
