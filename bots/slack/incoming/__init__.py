"""What comes in from Slack: verified, put into the queue, read."""
