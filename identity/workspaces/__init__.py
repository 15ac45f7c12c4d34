"""Each workspace's settings, and the page where administrators change them."""
