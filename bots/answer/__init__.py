"""An answer in a chat: drafted from agent events, made harmless, posted and edited as it grows."""
