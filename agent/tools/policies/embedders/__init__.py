"""What turns passages and questions into vectors, so that they are found by their meaning."""
