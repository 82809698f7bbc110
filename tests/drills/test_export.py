"""A product outside the program: one file, and it goes the whole way."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsunmix.registry import PLUGINS
from tests.scenes import mixture

LINES, SAMPLES, BANDS = 9, 13, 20

EXPORT = '''
"""Mean abundances: one line an endmember."""

from hsunmix.files import replacing

TITLE = "Mean abundances"
NEEDS_IMAGE = True


def write(job, folder):
    path = folder / "means.txt"
    with replacing(path) as temporary:
        lines = zip(job.names, job.unmixing.abundances, strict=True)
        temporary.write_text("".join(f"{name}\\t{h.mean():.6f}\\n" for name, h in lines), encoding="utf-8")
    return [path]
'''
DIALOG = """
from hsunmix.exports import exports

assert exports()["means"].title == "Mean abundances"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "mine" / "exports").mkdir(parents=True)
    (tmp_path / "mine" / "exports" / "means.py").write_text(EXPORT)
    np.save(
        tmp_path / "scene.npy", mixture(BANDS, LINES * SAMPLES, 3, seed=4).T.reshape(LINES, SAMPLES, BANDS)
    )
    return tmp_path


def run(place: Path, *words: object) -> subprocess.CompletedProcess[str]:
    known = os.environ | {PLUGINS: str(place / "mine")}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=known, cwd=place)


def test_the_whole_way(place: Path) -> None:
    words = shlex.split("unmix scene.npy --axes yxb -r 3 -m spa -o out --products means,csv --session s.hsu")
    done = run(place, "-m", "hsunmix", *words)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in (place / "out/means.txt").read_text().splitlines()]
    record = json.loads((place / "out/result.json").read_text())
    assert [float(mean) for _, mean in lines] == pytest.approx(record["mean_abundances"], abs=1e-6)

    done = run(place, "-m", "hsunmix", "export", "s.hsu", "-o", "again", "--products", "means")
    assert done.returncode == 0, done.stderr
    assert (place / "again/means.txt").read_bytes() == (place / "out/means.txt").read_bytes()

    # It belongs to the products of its run: those of another take its place.
    done = run(place, "-m", "hsunmix", *[{"3": "2", "means,csv": "csv"}.get(word, word) for word in words])
    assert done.returncode == 0, done.stderr
    assert not (place / "out/means.txt").exists()


def test_from_python_and_in_the_dialog(place: Path) -> None:
    code = 'import hsunmix; hsunmix.unmix("scene.npy", "spa", rank=3).write("out", products="means")'
    code = code.replace('"scene.npy"', 'hsunmix.open_cube("scene.npy", axes="yxb")')
    for words in (code, DIALOG):
        done = run(place, "-c", words)
        assert done.returncode == 0, done.stderr
    assert (place / "out/means.txt").exists()
