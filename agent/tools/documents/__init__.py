"""Documents that people attach: read in a process of their own, searched and compared here."""
