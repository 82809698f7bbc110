"""The Debian package: python -m installer.linux.deb BUNDLE ICONS OUT.

The program lies in /usr/lib/hsunmix. Libraries that the system has are not packed but named as
dependencies, so that its security updates reach them; dpkg-shlibdeps finds them.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from installer.linux.tree import ROOT, VERSION, epoch, put_share

__all__ = ["control", "make"]

MAINTAINER = "The hsunmix developers <maintainers@hsunmix.invalid>"
CONTROL = """\
Package: hsunmix
Version: {version}
Section: science
Priority: optional
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Description: hyperspectral unmixing: which materials, and where
 Drop a hyperspectral cube on the window, press one button, see the spectra of
 its materials and a map of each, point at pixels to see how well they fit, and
 hand the maps to a GIS. Unmixing by nonnegative matrix factorization and its
 separable relatives, in a window and on the command line.
"""
COPYRIGHT = """\
hsunmix {version}

{licence}

What is packed along, each with its own licence. The texts are in the window under Help > Licences, and in
/usr/lib/hsunmix/_internal/hsunmix/_data/licences:

{others}
"""


def make(bundle: Path, icons: Path, out: Path) -> Path:
    """Build the package; needs dpkg-dev."""
    architecture = _output("dpkg", "--print-architecture")
    package = out / f"hsunmix_{VERSION}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=bundle.parent) as folder:
        tree = Path(folder) / "tree"
        program = tree / "usr" / "lib" / "hsunmix"
        program.parent.mkdir(parents=True)
        shutil.copytree(bundle, program, symlinks=True)
        for path in _system_libraries(bundle):
            (program / "_internal" / path).unlink()
        (tree / "usr" / "bin").mkdir()
        (tree / "usr" / "bin" / "hsunmix").symlink_to("../lib/hsunmix/hsunmix")
        put_share(tree / "usr" / "share", icons)
        _document(tree / "usr" / "share" / "doc" / "hsunmix", program)
        _write_control(tree, architecture, _dependencies(program, Path(folder)))
        subprocess.run(["chmod", "-R", "u+w,go=rX", str(tree)], check=True)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(package)]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return package


def control(architecture: str, size: int, depends: str) -> str:
    """Return the file ``control``; ``size`` in KiB."""
    return CONTROL.format(
        version=VERSION, architecture=architecture, maintainer=MAINTAINER, size=size, depends=depends
    )


def _system_libraries(bundle: Path) -> list[str]:
    """Return what the bundle took from the system that it was built on, by path below _internal."""
    listed = bundle.parent / "pyinstaller" / "hsunmix" / "system.txt"
    return [line.split("\t")[0] for line in listed.read_text(encoding="utf-8").splitlines()]


def _dependencies(program: Path, work: Path) -> str:
    """Ask dpkg-shlibdeps which packages hold what the program's files are linked with."""
    (work / "debian").mkdir()
    (work / "debian" / "control").write_text("Source: hsunmix\n\nPackage: hsunmix\nArchitecture: any\n")
    libraries = [path for path in program.rglob("*") if path.is_file() and not path.is_symlink()]
    libraries = [path for path in libraries if path.open("rb").read(4) == b"\x7fELF"]
    private = sorted({str(path.parent) for path in libraries})
    # Our own libraries belong to no package; what is nowhere to be found is an error all the same.
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info"]
    command += [f"-l{folder}" for folder in private] + [f"-e{path}" for path in libraries]
    found = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if found.returncode:
        errors = [line for line in found.stderr.splitlines() if "error" in line]
        raise SystemExit("\n".join(errors[:20]))
    named = found.stdout.strip().removeprefix("shlibs:Depends=")
    # libxkbcommon reads the keyboards' descriptions, and only recommends them.
    return ", ".join(sorted({*re.split(r",\s*", named), "xkb-data"}))


def _document(folder: Path, program: Path) -> None:
    folder.mkdir(parents=True)
    texts = sorted((program / "_internal" / "hsunmix" / "_data" / "licences").glob("*.txt"))
    others = "\n".join(f"  {text.read_text(encoding='utf-8').splitlines()[0]}" for text in texts)
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    filled = COPYRIGHT.format(version=VERSION, licence=licence, others=others)
    (folder / "copyright").write_text(filled, encoding="utf-8")
    with gzip.GzipFile(folder / "changelog.gz", "wb", 9, mtime=0) as file:
        file.write((ROOT / "CHANGELOG.md").read_bytes())


def _write_control(tree: Path, architecture: str, depends: str) -> None:
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in files]
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control(architecture, size, depends), encoding="utf-8")
    (tree / "DEBIAN" / "md5sums").write_text("".join(sums), encoding="utf-8")


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    make(*(Path(word).resolve() for word in sys.argv[1:]))
