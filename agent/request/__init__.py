"""What comes in: who calls, whether it is a question, and the files that came with it."""
