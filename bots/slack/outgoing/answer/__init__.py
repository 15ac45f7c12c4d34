"""An answer in a thread: its messages, the stream that it grows as, the steps of its run."""
