"""The calls of AWS that the running product makes, recorded while the tests drive it."""
