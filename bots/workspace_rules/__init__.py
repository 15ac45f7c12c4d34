"""What may be answered: where, how much and at what cost in a workspace, and for how long to whom."""
