"""What every page shares: templates, middleware, rate limits, routes."""
