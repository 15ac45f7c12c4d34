"""What keeps people safe is taken out, one control at a time: each time a test must fail."""
