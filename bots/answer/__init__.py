"""An answer's text: drafted from agent events, made safe as Markdown, with its sources."""
