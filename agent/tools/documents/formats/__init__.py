"""One module a format, each imported only by the process that reads a file of it."""
