"""What goes out to Teams: messages, edits, private answers, and the Bot Connector below them."""
