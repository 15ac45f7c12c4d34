"""Why answers are as they are, for whoever asked, as long as their turns are kept."""
