"""The incoming request: its caller, its question, and the files that came with it."""
