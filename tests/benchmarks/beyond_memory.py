"""Scenes larger than the memory that may be used: what each method takes, and whether it finds the same.

    python -m tests.benchmarks.beyond_memory make FILE [GIGABYTES] [bil|bip|bsq|nc]
    python -m tests.benchmarks.beyond_memory run FILE [METHOD ...] [--data BYTES] [--scratch DIR]
    python -m tests.benchmarks.beyond_memory same FILE [METHOD ...]
    python -m tests.benchmarks.beyond_memory growth FOLDER [PIXELS ...] [--bands N] [--data BYTES]

``make`` writes float32, 285 bands, six planted spectra, block by block; ``nc`` is netCDF, chunked and
deflated. ``run`` starts each method as a command under ``prlimit --data`` and prints Markdown: what was
stated, the peak of private memory, bytes read by file reads (``/proc/PID/io``) over the size of the file,
seconds of the processors, and wall time over that of a cold ``cat``. ``same`` compares with what memory
gives, on a cube that fits both ways. ``growth`` times ``auto`` and ``nnls`` against the number of pixels, of
scenes that are made, measured and removed. Linux only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

BANDS, SAMPLES, RANK, BLOCK = 285, 600, 6, 40
METHODS = ("auto", "vca", "spa", "fgnsr", "hals", "nnls", "fcls", "rank")
DATA = 1_500_000_000
# The command, and then what it read; its own end is the only moment that knows all of it.
COMMAND = """
import os, sys
from pathlib import Path
from hsunmix.cli.main import main
try:
    main()
finally:
    print(f"CPU: {sum(os.times()[:2]):.2f}", file=sys.stderr)
    print("IO " + Path("/proc/self/io").read_text().replace(chr(10), " "), file=sys.stderr)
"""


def planted(bands: int = BANDS) -> np.ndarray:
    """Six smooth spectra, (bands, 6)."""
    rng = np.random.default_rng(1)
    x = np.linspace(0, 1, bands)[:, None, None]
    centre, width, height = rng.random((5, RANK)), 0.05 + 0.2 * rng.random((5, RANK)), rng.random((5, RANK))
    return np.asarray(0.05 + (height * np.exp(-(((x - centre) / width) ** 2))).sum(axis=1))


def blocks(lines: int, bands: int = BANDS) -> Iterator[np.ndarray]:
    """Mixtures of them with a little noise, (lines, bands, samples), of a few lines at a time."""
    rng, w = np.random.default_rng(0), planted(bands).astype(np.float32)
    for first in range(0, lines, BLOCK):
        n = min(BLOCK, lines - first) * SAMPLES
        h = rng.standard_gamma(0.4, (RANK, n), dtype=np.float32) + np.float32(1e-6)
        values = w @ (h / h.sum(axis=0))
        values += np.float32(0.002) * rng.standard_normal(values.shape, dtype=np.float32)
        yield values.reshape(bands, -1, SAMPLES).transpose(1, 0, 2)


def make(path: Path, size: float, kind: str, bands: int = BANDS) -> None:
    """Write a cube of so many bytes."""
    lines = max(1, round(size / (SAMPLES * bands * 4)))
    if kind == "nc":
        _netcdf(path, lines)
        return
    nm = ", ".join(f"{w:.2f}" for w in np.linspace(400, 2500, bands))
    path.with_suffix(".hdr").write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {lines}\nbands = {bands}\ndata type = 4\nbyte order = 0\n"
        f"interleave = {kind}\nheader offset = 0\nwavelength units = Nanometers\nwavelength = {{{nm}}}\n"
    )
    with path.open("wb") as file:
        done = 0
        for block in blocks(lines, bands):
            if kind == "bsq":
                for band in range(bands):
                    file.seek((band * lines + done) * SAMPLES * 4)
                    file.write(np.ascontiguousarray(block[:, band]).tobytes())
            else:
                file.write(
                    np.ascontiguousarray(block if kind == "bil" else block.transpose(0, 2, 1)).tobytes()
                )
            done += len(block)


def _netcdf(path: Path, lines: int) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        data = file.create_dataset(
            "reflectance", (lines, SAMPLES, BANDS), "f4", chunks=(64, 64, BANDS), compression=1, shuffle=True
        )
        axis = file.create_dataset("wavelengths", data=np.linspace(400, 2500, BANDS))
        axis.attrs["units"] = "nm"
        done = 0
        for block in blocks(lines):
            data[done : done + len(block)] = block.transpose(0, 2, 1)
            done += len(block)


def cold(path: Path) -> float:
    """Seconds that ``cat`` takes when nothing of the file is in the system's memory."""
    forget(path)
    began = time.perf_counter()
    subprocess.run(["cat", str(path)], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def forget(path: Path) -> None:
    """Have the system let go of what it keeps of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def arguments(path: Path, method: str, out: Path, spectra: Path) -> list[str]:
    """The command line of a method."""
    cube = str(path if path.suffix == ".nc" else path.with_suffix(".hdr"))
    if method == "rank":
        return ["rank", cube]
    usual = [cube, "-o", str(out), "--products", "geotiff,png,csv"]
    if method in ("nnls", "fcls"):
        return ["unmix", *usual, "--endmembers", str(spectra), "-a", method]
    return ["unmix", *usual, "-r", str(RANK), "-m", method]


def measured(path: Path, method: str, data: int, extra: list[str], spectra: Path) -> dict[str, float | str]:
    """Run a method; return what was stated, the peak, the bytes read and the seconds."""
    forget(path)
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        command = ["prlimit", f"--data={data}", sys.executable, "-c", COMMAND]
        command += [*arguments(path, method, Path(out) / "out", spectra), *extra]
        began, peak = time.perf_counter(), 0
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            while process.poll() is None:
                peak = max(peak, private(process.pid))
                time.sleep(0.02)
            seconds = time.perf_counter() - began
            errors.seek(0)
            said = errors.read()
    if process.returncode:
        return {"failed": said.strip().replace("\n", " | ")[-600:]}
    read = float(said.split("rchar:")[1].split()[0])
    stated = next((line for line in said.splitlines() if "of memory" in line), "reads it into memory")
    own = float(said.split("CPU:")[1].split()[0])
    size = path.stat().st_size
    return {"stated": stated, "peak": peak / 1e9, "read": read / size, "seconds": seconds, "processor": own}


def private(pid: int) -> int:
    """Bytes of memory that a process has to itself."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


def given_spectra(folder: Path, bands: int = BANDS) -> Path:
    """A file of the planted spectra."""
    target = folder / "planted.csv"
    nm = np.linspace(400, 2500, bands)
    rows = [",".join(["wavelength_nm", *(f"m{k}" for k in range(RANK))])]
    rows += [
        ",".join(f"{value:.9g}" for value in (one, *row)) for one, row in zip(nm, planted(bands), strict=True)
    ]
    target.write_text("\n".join(rows) + "\n")
    return target


def run(path: Path, methods: list[str], data: int, extra: list[str]) -> None:
    """Print the table."""
    spectra, once = given_spectra(path.parent), cold(path)
    print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB, cold cat {once:.1f} s, --data={data}\n")
    print("| method | peak, GB | read, × file | of the processors, s | time, s | × cat | stated |")
    print("|---|---|---|---|---|---|---|")
    for method in methods:
        found = measured(path, method, data, extra, spectra)
        if "failed" in found:
            print(f"| {method} | failed | | | | | {found['failed']} |", flush=True)
            continue
        row = f"{found['peak']:.2f} | {found['read']:.2f} | {found['processor']:.0f} | {found['seconds']:.0f}"
        ratio = float(found["seconds"]) / once
        print(f"| {method} | {row} | {ratio:.1f} | {found['stated']} |", flush=True)


def same(path: Path, methods: list[str]) -> None:
    """Print what differs from what memory gives: degrees, abundances, RMSE."""
    import hsunmix
    from hsunmix.engine import footprint

    cube = hsunmix.open_cube(path if path.suffix == ".nc" else path.with_suffix(".hdr"))
    least = footprint.PROGRAM + cube.nbytes // 2 + 50_000_000
    print("| method | largest angle, ° | abundances | RMSE |\n|---|---|---|---|")
    for method in methods:
        results = []
        for memory in (None, least):
            if method in ("nnls", "fcls"):
                h = hsunmix.abundances(cube, planted(), method, memory=memory)
                results.append((planted(), h, np.zeros(1)))
            elif method == "rank":
                rank = hsunmix.estimate_rank(cube, memory=memory)
                results.append((planted(), np.full(1, float(rank)), np.zeros(1)))
            else:
                found = hsunmix.unmix(cube, method, rank=RANK, memory=memory)
                results.append((found.endmembers, found.abundances, found.rmse))
        (w, h, e), (v, g, f) = results
        cosine = (w * v).sum(axis=0) / np.linalg.norm(w, axis=0) / np.linalg.norm(v, axis=0)
        angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max())
        print(
            f"| {method} | {angle:.2g} | {np.nanmax(np.abs(h - g)):.2g} | {np.nanmax(np.abs(e - f)):.2g} |",
            flush=True,
        )


def growth(folder: Path, pixels: list[int], data: int, bands: int) -> None:
    """Print seconds against pixels, those of the processors and what the paper says of these, and slopes."""
    from tests.benchmarks import scale_on_paper

    times: dict[str, list[float]] = {"auto": [], "nnls": []}
    own: dict[str, list[float]] = {"auto": [], "nnls": []}
    rates, ratios = scale_on_paper.measured(bands), []
    print(
        "| pixels | file, GB | auto, s | nnls, s | of the processors: auto, s | nnls, s | auto on paper, s |"
    )
    print("|---|---|---|---|---|---|---|")
    for count in pixels:
        path = folder / "growth.img"
        make(path, count * bands * 4.0, "bil", bands)
        spectra = given_spectra(folder, bands)
        for method in times:
            one = measured(path, method, data, [], spectra)
            times[method].append(float(one["seconds"]))
            own[method].append(float(one["processor"]))
        paper = scale_on_paper.processor_seconds(rates, count)
        ratios.append(paper / own["auto"][-1])
        found = [values[-1] for values in (*times.values(), *own.values())]
        row = " | ".join(f"{value:.1f}" for value in (*found, paper))
        print(f"| {count} | {path.stat().st_size / 1e9:.2f} | {row} |", flush=True)
        path.unlink()
    for method, used in own.items():
        slope, start = np.polyfit(pixels, used, 1)
        off = np.abs(slope * np.array(pixels) + start - used) / used
        print(
            f"{method}: {start:.1f} s and {1e6 * slope:.1f} s a million pixels; at most {off.max():.0%} off"
        )
    print(f"on paper / measured, of the processors: {min(ratios):.2f} to {max(ratios):.2f}")
    print(json.dumps({"pixels": pixels, "wall": times, "processors": own}))
    draw(pixels, own, folder / "growth_in_file.png")


def draw(pixels: list[int], times: dict[str, list[float]], path: Path) -> None:
    """Draw seconds of the processors against pixels, with a ruler of slope one."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.6), layout="constrained")
    part = figure.add_subplot()
    for method, found in times.items():
        part.loglog(pixels, found, "o-", label=method)
    last = min(found[-1] for found in times.values())
    part.loglog(pixels, [last * n / pixels[-1] for n in pixels], ":", color="grey", label="slope 1")
    part.set_xlabel("pixels")
    part.set_ylabel("seconds of the processors")
    part.legend()
    figure.savefig(path, dpi=100)


def main() -> None:
    """Do what is asked for."""
    words = sys.argv[1:]
    data, extra = DATA, []
    if "--data" in words:
        at = words.index("--data")
        data = int(float(words[at + 1]))
        del words[at : at + 2]
    if "--scratch" in words:
        at = words.index("--scratch")
        extra = words[at : at + 2]
        del words[at : at + 2]
    bands = BANDS
    if "--bands" in words:
        at = words.index("--bands")
        bands = int(words[at + 1])
        del words[at : at + 2]
    what, path, rest = words[0], Path(words[1]), words[2:]
    if what == "make":
        make(path, float(rest[0]) * 1e9 if rest else 12e9, rest[1] if len(rest) > 1 else "bil")
    elif what == "run":
        run(path, rest or list(METHODS), data, extra)
    elif what == "same":
        same(path, rest or list(METHODS))
    else:
        growth(path, [int(float(n)) for n in rest] or [100_000, 1_000_000, 10_000_000], data, bands)


if __name__ == "__main__":
    main()
