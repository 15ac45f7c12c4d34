"""One module for each tool, named like the tool."""
