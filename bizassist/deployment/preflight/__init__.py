"""What is looked at between a plan and its apply, because AWS would only tell in the middle."""
