"""The pages of signing in and out at the company's user pool."""
