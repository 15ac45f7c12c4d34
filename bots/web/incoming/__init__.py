"""What comes in from the web page: questions, files, clicks and feedback."""
