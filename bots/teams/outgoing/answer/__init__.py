"""An answer in Teams: streamed in personal chats, and how its final message is dressed."""
