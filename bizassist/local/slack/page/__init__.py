"""What one person sees: the messages of a channel as Slack shows them, and a page to try it."""
