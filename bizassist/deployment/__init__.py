"""Deploying to AWS, and asking a deployment whether it works."""
