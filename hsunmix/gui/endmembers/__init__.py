"""The endmembers: the table, every edit of them, and what a result says of them."""
