"""What is remembered of a person: read, recalled, paused, forgotten, fenced."""
