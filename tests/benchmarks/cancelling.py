"""How soon a product that is being written can be cancelled, on a large scene. Prints Markdown.

    python -m tests.benchmarks.cancelling [LINES] [PRODUCT ...]

The scene has as many samples as lines, five endmembers, and values that pack badly. Cancelled is
between two steps: the longest step is how long that can take; the pause is what comes on top, the
longest of three times until all is cleaned up. Beside it how long the processor takes to pack 4 MB,
as a measure of the machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np

from hsunmix.exports import ExportJob, deliver, exports
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.maps import usual_maps
from hsunmix.model.unmixing import Unmixing

RANK, BANDS = 5, 8
PLACE = Georeference((2.0, 0.0, 395591.0, 0.0, -2.0, 3778292.0), "EPSG:32611")


def made(lines: int) -> ExportJob:
    """Make a result of lines × lines pixels."""
    rng = np.random.default_rng(0)
    abundances = rng.random((RANK, lines, lines), dtype=np.float32)
    abundances[:, : lines // 10, : lines // 7] = np.nan
    pixels = np.broadcast_to(np.int16(1), (lines, lines, BANDS))
    unmixing = Unmixing(
        rng.random((BANDS, RANK)), usual_maps(abundances, abundances[0] * 0.01), 0.01, np.zeros((0, 2)),
        None, None, np.ones(BANDS, bool), "auto", "nnls", names=tuple(f"Material {k}" for k in range(RANK)),
    )  # fmt: skip
    cube = Cube(Cube.from_array(pixels).pixels, np.linspace(400, 2400, BANDS), georeference=PLACE)
    return ExportJob(unmixing, unmixing.as_endmembers(), cube)


def whole(job: ExportJob, product: str) -> tuple[float, float]:
    """Write it; return the seconds and the longest step."""
    with tempfile.TemporaryDirectory() as folder:
        work, last, longest = deliver(job, folder, [product]), time.perf_counter(), 0.0
        begun = last
        for _ in work:
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        now = time.perf_counter()
        return now - begun, max(longest, now - last)


def cancelled(job: ExportJob, product: str, seconds: float) -> float:
    """Write it until a moment, then cancel; return how long that takes."""
    with tempfile.TemporaryDirectory() as folder:
        work, begun = deliver(job, folder, [product]), time.perf_counter()
        for _ in work:
            if time.perf_counter() - begun > seconds:
                break
        begun = time.perf_counter()
        work.close()
        took = time.perf_counter() - begun
        assert not any(Path(folder).glob(".hsunmix-*"))
        return took


def main() -> None:
    """Print the table."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    job = made(lines)
    begun = time.perf_counter()
    zlib.compress(job.unmixing.abundances[1, : (1 << 20) // lines].tobytes())
    unit = time.perf_counter() - begun
    print(f"{lines} × {lines} pixels, {RANK} endmembers; 4 MB are packed in {unit:.2f} s\n")
    print("| product | whole, s | longest step, s | pause, s |")
    print("|---|---|---|---|")
    for product in sys.argv[2:] or exports():
        seconds, longest = whole(job, product)
        pause = max(cancelled(job, product, share * seconds) for share in (0.2, 0.5, 0.8))
        print(f"| {product} | {seconds:.1f} | {longest:.2f} | {pause:.2f} |", flush=True)


if __name__ == "__main__":
    main()
