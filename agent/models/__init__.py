"""The language models: one setting picks the provider."""
