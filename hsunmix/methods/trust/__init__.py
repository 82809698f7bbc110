"""What a result is worth: what its constraints hide, what it lacks, and how sure its numbers are."""
