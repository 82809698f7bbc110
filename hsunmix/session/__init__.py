"""The document, its history, and the file that keeps it."""
