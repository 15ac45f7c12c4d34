"""The turn: a question answered once, how far it has come, what limits, stops and approves it."""
