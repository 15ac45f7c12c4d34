"""Linking a chat user to a company account: requests, links, receipts and their pages."""
