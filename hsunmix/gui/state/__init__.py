"""What the whole window shares: the store, the view state, channels of work, settings. No widgets."""
