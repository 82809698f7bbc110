"""What kernels compute, written shortly in NumPy and double precision.

For every module of ``hsunmix.kernels`` one of the same name, with a function of the same name for every
kernel. It takes what the kernel reads and returns what the kernel writes or adds, and imports nothing of
the program.
"""
