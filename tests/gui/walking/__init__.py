"""A window under random actions, and what must hold whenever it has come to rest."""
