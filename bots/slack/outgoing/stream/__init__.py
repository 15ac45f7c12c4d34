"""An answer that grows as one of Slack's streams, with the steps of its run beside the text."""
