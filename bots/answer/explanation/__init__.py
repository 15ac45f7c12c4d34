"""Why an answer is as it is: what its run used, told to the person who asked alone."""
