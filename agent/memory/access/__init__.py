"""Access to memory as one person: their credentials, no call for anybody else, no stale reads."""
