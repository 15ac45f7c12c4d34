"""Access tokens for links, and refresh tokens encrypted at rest."""
