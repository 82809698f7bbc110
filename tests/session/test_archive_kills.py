"""Saving that is killed at any moment leaves a session that opens."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.session.archive import load, save
from hsunmix.session.document import Document
from tests.session.conftest import make_document, write_scene

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills and forks are POSIX's")

# Started once, since importing takes longer than saving: for every line read it forks a writer,
# tells its number, and tells when it is gone.
WRITERS = """
import os, sys
from pathlib import Path
from hsunmix.session.archive import load, save
from tests.session.conftest import make_document
from tests.session.test_archive_kills import numbered

document, target = make_document(Path(sys.argv[1])), sys.argv[2]
for line in sys.stdin:
    writer = os.fork()
    if writer == 0:
        number = int(line)
        while True:
            number += 1
            save(numbered(document, number), target)
    print(writer, flush=True)
    os.waitpid(writer, 0)
    print("gone", flush=True)
"""


def numbered(document: Document, number: int) -> Document:
    """Return a document that says in every part which version it is, of some 3 MB."""
    members = tuple(
        replace(e, name=f"{number}", spectrum=np.full(20, float(number))) for e in document.endmembers
    )
    result = replace(
        document.unmixing,
        seed=number,
        endmembers=np.full((20, 3), float(number)),
        history=np.full((200_000, 2), float(number)),
    )
    return replace(document, endmembers=members, unmixing=result)


def kill_while_saving(folder: Path, repository: Path, kills: int, seed: int) -> tuple[int, int]:
    """Return how many kills left a readable session, and how many of them left a temporary."""
    rng, target = random.Random(seed), folder / "work.hsu"
    scene = write_scene(folder / "scene.hdr")
    save(numbered(make_document(scene), 0), target)
    readable = orphans = last = 0
    command = [sys.executable, "-c", WRITERS, str(scene), str(target)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=repository, **pipes) as writers:
        for _ in range(kills):
            print(last, file=writers.stdin, flush=True)
            writer = int(writers.stdout.readline())
            time.sleep(rng.random() * 0.15)
            os.kill(writer, signal.SIGKILL)
            assert writers.stdout.readline() == "gone\n"
            orphans += len(list(folder.glob(".hsunmix-*.tmp")))
            loaded = load(target)
            number = loaded.unmixing.seed
            assert number >= last
            assert (loaded.unmixing.endmembers == number).all()
            assert (loaded.unmixing.history == number).all()
            assert all(e.name == str(number) and (e.spectrum == number).all() for e in loaded.endmembers)
            readable, last = readable + 1, number
            save(loaded, target)
            assert not list(folder.glob(".hsunmix-*.tmp"))
        writers.stdin.close()
    return readable, orphans


def test_twenty_kills(tmp_path, repository):
    readable, orphans = kill_while_saving(tmp_path, repository, 20, seed=1)
    assert readable == 20
    assert orphans > 2  # the kills did hit writers at work


@pytest.mark.slow
def test_two_hundred_kills(tmp_path, repository):
    readable, orphans = kill_while_saving(tmp_path, repository, 200, seed=2)
    print(f"{readable} of 200 sessions readable; {orphans} temporaries left by the killed, all cleaned")
    assert readable == 200
    assert orphans > 20
