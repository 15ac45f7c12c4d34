"""Slack's Web API: who calls, what with, how often, and what each method answers or refuses."""
