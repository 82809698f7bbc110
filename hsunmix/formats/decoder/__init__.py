"""Decode files in a process of their own, where a hostile one can do no harm.

The C libraries behind HDF5, MATLAB and TIFF files crash or never return on some damaged ones. So a
format that names them in ``DECODED_BY`` is opened and read in a decoder process, with a limit on its
memory and on its time, and only numbers come back::

    formats.open_cube ──► DecoderHandle ──► DecoderProcess ═══ pipe: messages ═══► worker ──► the format
          RemotePixels ◄────────────────── shared memory: pixels ◄──┘

A decoder that dies or takes too long becomes a ``FileError`` that names the file; the next request
gets a new decoder. The format itself knows nothing of all this: it is ordinary code that runs there.
"""
