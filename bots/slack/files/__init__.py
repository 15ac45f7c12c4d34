"""Files that come with messages: fetched from Slack, and told apart by their content."""
