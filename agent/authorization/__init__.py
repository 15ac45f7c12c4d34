"""Who may use which tool, and which calls wait for approval."""
