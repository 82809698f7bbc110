"""The window itself: what the subjects have in their folders, put together."""
