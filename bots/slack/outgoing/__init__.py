"""What goes out to Slack: messages, edits, private answers, and the Web API below them."""
