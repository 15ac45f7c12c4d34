"""What may be answered: where, how much, at what cost, and for how long to whom."""
