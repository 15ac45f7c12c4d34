"""What every page shares: templates, security headers, error pages, access log, rate limits."""
