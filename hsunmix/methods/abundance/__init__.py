"""Methods that find the abundances of given endmembers: one file each."""
