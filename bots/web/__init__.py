"""The web chat: a platform whose chat user is the person who is signed in."""
