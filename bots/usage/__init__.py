"""What answers use: counted per person and day, added up, and shown to administrators."""
