"""General widgets, and what all of the window looks like. They know no subject."""
