"""What anybody may cost us before we know who they are: connections, requests, bodies."""
