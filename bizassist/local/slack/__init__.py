"""A strict double of Slack for a laptop and the tests: Web API, signed events, a page to try it."""
