"""Methods that find endmembers and abundances together: one file each."""
