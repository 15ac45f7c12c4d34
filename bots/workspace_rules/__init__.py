"""What administrators allow in a workspace: where questions are asked, how many, at what cost."""
