"""Who is speaking: links, the link flow, the token broker and the pages of both."""
