"""What comes in from Teams: authenticated, put into the queue, read."""
