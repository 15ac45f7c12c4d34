"""Workspaces whose platform refuses us: their turns are held, and answered once that is mended."""
