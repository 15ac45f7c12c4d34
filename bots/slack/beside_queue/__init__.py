"""What people do in Slack about an answer, taken at once: nothing of it waits in the queue."""
