"""Five hundred damaged files that are refused, by their seeds and numbers; no file is kept.

Found by ``python -m tests.fuzz --bad``: of every seed the first, and those that brought the child
process down. A seed that is made differently one day makes other files of its numbers; some may then
be opened, which is no fault.
"""

# ruff: noqa: E501 - one seed a line

BAD: dict[str, tuple[int, ...]] = {
    "envi/scene.img": (0, 3, 5, 6, 11, 17, 19, 22, 28, 29, 30, 31, 34),
    "envi/scene.img.hdr": (1, 2, 4, 8, 9, 10, 11, 13, 15, 16, 18, 19, 21),
    "matlab/library.mat": (0, 1, 2, 5, 6, 7, 9, 10, 11, 12, 13, 15, 18, 304),
    "matlab/matrix.mat": (2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 16, 17, 18, 304),
    "matlab/packed.mat": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "numpy/cube.npy": (0, 2, 3, 7, 8, 10, 11, 16, 19, 20, 21, 23, 25),
    "numpy/packed.npz": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "numpy/plain.npz": (1, 3, 4, 9, 11, 14, 15, 17, 18, 21, 24, 25, 27),
    "spectra/actinolite.txt": (1, 3, 5, 6, 11, 13, 14, 15, 16, 17, 18, 21, 23),
    "spectra/leaf.asd": (0, 2, 4, 9, 10, 12, 15, 18, 22, 24, 26, 31, 32),
    "spectra/leaf.sed": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14),
    "spectra/leaf.sig": (0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 15),
    "spectra/soil.spectrum.txt": (0, 1, 2, 3, 5, 6, 8, 9, 10, 13, 14, 15, 17),
    "spectra/two_columns.txt": (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 15, 16),
    "products/abundance_01_Grass.png": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "products/abundance_02_Soil__dry__A_.png": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "products/abundance_03_Wässer.png": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "products/abundances.hdr": (1, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15),
    "products/abundances.img": (0, 2, 6, 8, 9, 10, 11, 12, 14, 16, 19, 20),
    "products/abundances.tif": (1, 2, 5, 6, 7, 8, 9, 11, 16, 17, 18, 19),
    "products/abundances_cog.tif": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "products/endmembers.csv": (0, 3, 4, 5, 7, 11, 13, 15, 16, 18, 19, 20),
    "products/endmembers.hdr": (3, 6, 7, 11, 12, 13, 14, 15, 19, 21, 22, 26),
    "products/endmembers.sli": (1, 9, 11, 12, 15, 17, 18, 19, 21, 26, 27, 29),
    "products/maps.png": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "products/result.mat": (0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
    "products/result.nc": (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12),
    "products/rmse.tif": (0, 2, 3, 4, 6, 7, 8, 11, 13, 14, 15, 16),
    "products/rmse_cog.tif": (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 14),
    "of_tests/aviris3.nc": (0, 7, 8, 11, 12, 13, 19, 20, 22, 24, 27, 28),
    "of_tests/emit.nc": (0, 2, 4, 5, 7, 8, 10, 11, 12, 13, 14, 16),
    "of_tests/emit_on_map.nc": (0, 1, 3, 4, 10, 11, 12, 13, 15, 16, 17, 20, 41),
    "of_tests/hypso.nc": (0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13),
    "of_tests/matlab73.mat": (1, 2, 4, 5, 6, 8, 10, 11, 12, 13, 14, 17),
    "of_tests/matlab73_matrix.mat": (0, 3, 4, 6, 8, 9, 10, 12, 13, 15, 19, 22),
    "of_tests/neon.h5": (0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14),
    "of_tests/prisma.he5": (0, 1, 4, 7, 9, 11, 12, 15, 17, 19, 20, 22),
    "of_tests/tanager.h5": (1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 17, 18),
    "enmap/ENMAP01-____L2A-DT0000001867_20220724T104526Z_008_V010302_20230628T165614Z-SPECTRAL_IMAGE.TIF": (0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13),
    "desis/DESIS-HSI-L2A-DT0483531728_001-20200804T234520-V0210-SPECTRAL_IMAGE.tif": (0, 1, 3, 4, 5, 7, 8, 11, 12, 13, 14, 15),
}  # fmt: skip
