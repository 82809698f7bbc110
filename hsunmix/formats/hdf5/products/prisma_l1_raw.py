"""PRISMA L1 with its two detectors each in its own geometry (HRC)."""

from hsunmix.formats.hdf5.product import Product
from hsunmix.formats.hdf5.products.prisma_l1 import parts

PRODUCT = Product("PRISMA L1 (HRC)", parts("PRS_L1_HRC"), nodata="", apart=True)
