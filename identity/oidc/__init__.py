"""The user pool as an OpenID Connect provider, and the code flow through it."""
