"""Browser sessions: kept, listed and ended."""
