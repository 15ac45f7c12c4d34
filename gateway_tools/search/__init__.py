"""Searching the web: one small interface, and a module for each provider behind it."""
