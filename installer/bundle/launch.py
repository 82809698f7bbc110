"""What the bundle starts: the command ``hsunmix``."""

import multiprocessing
import os
import sys

# Before anything else is imported: a child that multiprocessing starts ends in here.
multiprocessing.freeze_support()

# The program without a console window (Windows) has no streams; click and Numba write to them.
if sys.stdout is None:
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
if sys.stderr is None:
    sys.stderr = sys.stdout

# The bundle's libraries are for the bundle: a file manager that the window opens takes its own.
before = os.environ.pop("LD_LIBRARY_PATH_ORIG", "")
if os.environ.pop("LD_LIBRARY_PATH", "") and before:
    os.environ["LD_LIBRARY_PATH"] = before

from hsunmix.cli.main import main  # noqa: E402
from hsunmix.kernels import cache_folder  # noqa: E402

# PyInstaller gives matplotlib a new folder at every start, where it would list all fonts anew.
os.environ["MPLCONFIGDIR"] = str(cache_folder().parent / "matplotlib")

main()
