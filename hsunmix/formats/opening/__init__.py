"""What comes before any reader: the first look at a path, the options, what is refused by its name."""
