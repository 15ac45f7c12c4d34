"""The app's Home tab, and the prompts that are suggested above its messages."""
