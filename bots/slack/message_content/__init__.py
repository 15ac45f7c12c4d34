"""What one message of Slack says and carries: words, quotes, files, and its thread."""
