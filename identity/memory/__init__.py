"""What the assistant remembers about a person, as that person sees and forgets it."""
