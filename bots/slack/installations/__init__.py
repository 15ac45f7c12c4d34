"""Where the app is installed: which installation is meant, its token, how it begins and ends."""
