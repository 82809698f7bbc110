"""Questions with several fields."""
