"""How an answer is shown in Teams: streamed in personal chats, by one edit elsewhere."""
