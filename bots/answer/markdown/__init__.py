"""The Markdown of an answer: parsed once, made harmless, cut into messages, written again."""
