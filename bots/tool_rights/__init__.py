"""Who may use which tool, in words, and whom a changed policy would give or take it."""
