"""The administrators' pages, who may see them, and the audit log."""
