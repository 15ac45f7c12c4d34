"""Microsoft Teams: its edge, its dispatch, and answers into its chats."""
