"""Logs, traces, and what is taken out of them before they leave."""
