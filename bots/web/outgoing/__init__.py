"""What goes out to the web page: the answer as shown, as streamed and as explained."""
