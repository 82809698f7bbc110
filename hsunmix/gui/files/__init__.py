"""Files: cubes and sessions opened and saved, products, and work left behind by a crash."""
