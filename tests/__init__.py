"""Tests, in folders that mirror the packages; e2e drives real clients."""
