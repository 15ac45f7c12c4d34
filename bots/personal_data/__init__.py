"""All that is kept of one person or one workspace: given to them as a file, and erased."""
