"""What is remembered of a person: saved, recalled, paused and forgotten, each person apart."""
