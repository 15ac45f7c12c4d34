"""Microsoft Teams: its door, its dispatch, and answers into its chats."""
