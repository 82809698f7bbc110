"""Descriptions of HDF5 and netCDF products, one file each: data, no program."""
