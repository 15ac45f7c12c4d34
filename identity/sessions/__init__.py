"""Browser sessions: cookie, store, CSRF token, who is signed in, and the list of them."""
