"""The page of the signed-in person."""
