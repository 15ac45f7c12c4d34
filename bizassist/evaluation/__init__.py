"""How well a model answers: questions with what is expected, asked of the real agent and scored."""
