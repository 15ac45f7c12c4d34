"""What the doctor tries out with ``--deep``: it writes, waits and stops."""
