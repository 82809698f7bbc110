"""The scene: its pages, what is drawn of them, layers, and what lies over every picture."""
