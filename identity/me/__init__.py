"""The pages of the signed-in person: overview, unlinking, browser sessions."""
