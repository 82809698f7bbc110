"""What methods of several kinds, and what runs and judges them, have in common."""
