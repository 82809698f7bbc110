"""Methods that estimate how many endmembers there are: one file each."""
