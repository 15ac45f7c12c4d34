"""What the chat service must know: environment, SSM parameters, secrets."""
