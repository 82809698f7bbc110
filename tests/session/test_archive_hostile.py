"""Session files made to harm: each is refused with one line that names the file."""

from __future__ import annotations

import io
import json
import os
import pickle
import warnings
import zipfile

import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError
from hsunmix.session.archive import SCHEMA, load, save

RMSE, ABUNDANCE = "unmixing.maps.rmse.values", "unmixing.maps.abundance.values"
RMSE_FILE = f"{RMSE}.npy"
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


@pytest.fixture
def session(tmp_path, bare):
    """A good session as a dict of its members."""
    save(bare, tmp_path / "good.hsu")
    with zipfile.ZipFile(tmp_path / "good.hsu") as box:
        return {name: box.read(name) for name in box.namelist()}


def reload(tmp_path, members, compression=STORED):
    """Write members (pairs or a dict) as a session and load it."""
    pairs = members.items() if isinstance(members, dict) else members
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "bad.hsu", "w", compression) as box:
        warnings.simplefilter("ignore")
        for name, data in pairs:
            box.writestr(name, data)
    return load(tmp_path / "bad.hsu")


def refused(tmp_path, members, reason, compression=STORED):
    with pytest.raises(FormatError, match=reason) as caught:
        reload(tmp_path, members, compression)
    assert "bad.hsu: " in str(caught.value)
    assert "\n" not in str(caught.value)


def edited(members, change):
    """Change the manifest, which the function gets as a dict."""
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    return {**members, "manifest.json": json.dumps(manifest).encode()}


def test_the_good_one_passes(tmp_path, session):
    assert reload(tmp_path, session).unmixing.rank == 3


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"ENVI\nsamples = 3\n", b"PK\x05\x06" + bytes(18), os.urandom(5000)]
)
def test_garbage(tmp_path, data):
    (tmp_path / "bad.hsu").write_bytes(data)
    with pytest.raises(FormatError, match=r"bad\.hsu: "):
        load(tmp_path / "bad.hsu")


def test_folders_and_pipes(tmp_path):
    with pytest.raises(FileError, match="not an ordinary file"):
        load(tmp_path)
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.hsu")
        with pytest.raises(FileError, match="not an ordinary file"):
            load(tmp_path / "pipe.hsu")


def test_truncated_anywhere(tmp_path, session):
    good = (tmp_path / "good.hsu").read_bytes()
    for size in range(0, len(good) - 1, 211):
        (tmp_path / "bad.hsu").write_bytes(good[:size])
        with pytest.raises(FormatError):
            load(tmp_path / "bad.hsu")


def test_flipped_bytes_are_noticed(tmp_path, session):
    """Every flip is either an error of ours or (in times and the like) changes nothing of the result."""
    good = (tmp_path / "good.hsu").read_bytes()
    expected = load(tmp_path / "good.hsu").unmixing.abundances
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(good), 400):
        bad = bytearray(good)
        bad[at] ^= 1 << int(rng.integers(8))
        (tmp_path / "bad.hsu").write_bytes(bad)
        try:
            loaded = load(tmp_path / "bad.hsu")
        except FileError:
            continue
        assert np.array_equal(loaded.unmixing.abundances, expected, equal_nan=True)


@pytest.mark.parametrize(
    "name", ["../evil.npy", "/etc/passwd", "evil.npy", "endmembers.npy/", "MANIFEST.JSON"]
)
def test_names_that_are_not_on_the_list(tmp_path, session, name):
    refused(tmp_path, {**session, name: b"x"}, "no part of a session")


def test_names_that_come_twice(tmp_path, session):
    refused(tmp_path, [*session.items(), (RMSE_FILE, session[RMSE_FILE])], "twice")
    refused(tmp_path, [*session.items(), ("manifest.json", b"{}")], "twice")


def test_a_zip_bomb(tmp_path, session):
    bomb = {**session, RMSE_FILE: bytes(50_000_000)}
    refused(tmp_path, bomb, "compressed", DEFLATED)


def test_sizes_larger_than_the_file(tmp_path, session):
    good = bytearray((tmp_path / "good.hsu").read_bytes())
    entry = good.rindex(b"PK\x01\x02")  # the last of the directory, of manifest.json
    good[entry + 20 : entry + 28] = (0x7FFFFFFF).to_bytes(4, "little") * 2
    (tmp_path / "bad.hsu").write_bytes(good)
    with pytest.raises(FormatError, match="more data than the file can hold"):
        load(tmp_path / "bad.hsu")


def test_a_missing_manifest_or_array(tmp_path, session):
    refused(tmp_path, {k: v for k, v in session.items() if k != "manifest.json"}, "not a session")
    refused(tmp_path, {k: v for k, v in session.items() if k != RMSE_FILE}, "do not agree")
    refused(tmp_path, {"a.txt": b"x"}, "no part of a session")
    refused(tmp_path, {}, "not a session")


def test_a_huge_manifest(tmp_path, session):
    refused(tmp_path, {**session, "manifest.json": b" " * ((16 << 20) + 1)}, "manifest is too large")


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 200_000, b"1" * 10_000, b'"\\ud800"'])
def test_manifests_that_are_none(tmp_path, session, text):
    refused(tmp_path, {**session, "manifest.json": text}, "no JSON|not a session")


def test_a_newer_schema_is_left_alone(tmp_path, session):
    newer = edited(session, lambda m: m.update(schema=SCHEMA + 1, version="9.9", unheard_of=1))
    refused(tmp_path, newer, r"saved by a newer hsunmix \(9\.9\).*update")
    refused(tmp_path, {**newer, "unheard_of.npy": b"x"}, r"saved by a newer hsunmix \(9\.9\).*update")


@pytest.mark.parametrize("schema", [0, -1, None, "1", 1.5, True])
def test_a_schema_that_is_none(tmp_path, session, schema):
    refused(tmp_path, edited(session, lambda m: m.update(schema=schema)), "names no version")


def maps(manifest):
    return manifest["unmixing"]["maps"]


def arrays(name, **changes):
    return lambda m: m["arrays"][name].update(changes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (arrays(RMSE, sha256="0" * 64), "rmse.values is damaged"),
        (arrays(RMSE, dtype="|O"), "has the type"),
        (arrays(RMSE, dtype="<f2"), "has the type"),
        (arrays(RMSE, dtype="<f8"), "another size"),
        (arrays(RMSE, shape=[1, 11, 8]), "another size"),
        (arrays(RMSE, shape=[1, 7, 11]), "damaged"),
        (arrays(RMSE, shape=[77]), "another size|damaged"),
        (arrays(RMSE, shape=[1 << 40, 1 << 40, 1 << 40]), "another size"),
        (arrays(RMSE, shape=[1 << 70]), "manifest is damaged"),
        (arrays(RMSE, shape=[-1]), "manifest is damaged"),
        (arrays(RMSE, shape=[1, 1, 1, 77]), "manifest is damaged"),
        (lambda m: m["arrays"].update(evil=m["arrays"][RMSE]), "do not agree"),
        (lambda m: m.update(pins=[{"line": "a", "sample": 1}]), "manifest is damaged"),
        (lambda m: m.update(extra=1), "manifest is damaged"),
        (lambda m: m.pop("view"), "manifest is damaged"),
        (lambda m: m["endmembers"].pop(), "60 numbers, but its records need 40"),
        (lambda m: m["unmixing"].update(names=["a"]), "another shape than a result"),
        (lambda m: m["unmixing"].update(parameters=[]), "manifest is damaged"),
        (lambda m: m["unmixing"]["parameters"].update({"x=1); import os #": 1}), "no parameter is called"),
        (lambda m: maps(m)["shade"].update(kind="colour"), "manifest is damaged"),
        (lambda m: maps(m)["shade"].update({"is": "Path"}), "none of Map, SparseMap"),
        (lambda m: maps(m)["shade"].update(of_endmembers=True), "endmembers do not fit together"),
        (lambda m: maps(m)["shade"].update(values=RMSE.replace("rmse", "elsewhere")), "names no array"),
        (lambda m: maps(m)["shade"].update(values="unmixing.maps.model.values"), "of the type int32"),
        (lambda m: maps(m)["dominant"].update(kind="fraction"), "of the type int32"),
        (lambda m: maps(m)["model"].update(classes=["a"]), "for 1 classes"),
        (lambda m: maps(m)["model"].update(names=["a"]), "2 layers has 1 names"),
        (lambda m: maps(m)["library_abundance"].update(layers=3), "beyond its layers"),
        (lambda m: maps(m)["library_abundance"].update(layers=1 << 40), "has 9 names"),
        (lambda m: maps(m)["abundance"].update(kind="score"), "does not fit together"),
        (lambda m: maps(m).pop("rmse"), "has no rmse|do not agree"),
        (lambda m: maps(m).update(con=maps(m).pop("shade")), "is taken"),
        (lambda m: maps(m).update({"../shade": maps(m).pop("shade")}), "other names"),
        (lambda m: m["regions"].clear(), "do not agree"),
        (lambda m: m["regions"][0].update(kind="circle"), "no region of the kind"),
        (lambda m: m["regions"][2].update(vertices=[[0, 0]]), "1 vertices"),
        (lambda m: m["regions"][2].update(vertices=[[0, 0], [1e40, 1], [1, 1]]), "reaches too far"),
    ],
)
def test_manifests_that_contradict_the_arrays(tmp_path, session, change, reason):
    refused(tmp_path, edited(session, change), reason)


def replaced(members, name, array):
    """Put in another array, with a correct declaration."""
    import hashlib

    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=(1, 0))
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    changed = edited(members, arrays(name, shape=list(array.shape), sha256=digest))
    return {**changed, f"{name}.npy": data}


@pytest.mark.parametrize(
    ("name", "array"),
    [
        (RMSE, np.zeros((1, 7, 11), np.float32)),
        (RMSE, np.zeros((2, 11, 7), np.float32)),
        (RMSE, np.zeros(77, np.float32)),
        (ABUNDANCE, np.zeros((2, 11, 7), np.float32)),
        (ABUNDANCE, np.zeros((0, 11, 7), np.float32)),
        ("unmixing.endmembers", np.zeros((20, 4))),
        ("unmixing.endmembers", np.zeros(20)),
        ("unmixing.history", np.zeros((5, 3))),
        ("unmixing.used_bands", np.zeros(19, bool)),
        ("unmixing.source_pixels", np.array([0, 1, 77])),
        ("unmixing.source_pixels", np.array([0, -2, 3])),
        ("endmembers.spectrum", np.zeros(80)),
        ("endmembers.spectrum", np.zeros(59)),
        ("regions.runs", np.zeros(5, np.int32)),
    ],
)
def test_arrays_that_do_not_fit_together(tmp_path, session, name, array):
    refused(
        tmp_path,
        replaced(session, name, array),
        "fit together|another shape|not in the scene|numbers, |layers",
    )


def test_a_pickle_is_never_loaded(tmp_path, session):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "pwned"),)

    for data in (pickle.dumps(Evil()), session[RMSE_FILE].replace(b"'<f4'", b"'|O' ")):
        refused(tmp_path, {**session, RMSE_FILE: data}, "another size|damaged")
    assert not (tmp_path / "pwned").exists()


def test_options_that_the_reader_does_not_know(tmp_path, document):
    save(document, tmp_path / "good.hsu")
    with zipfile.ZipFile(tmp_path / "good.hsu") as box:
        members = {name: box.read(name) for name in box.namelist()}
    from hsunmix.errors import HsunmixError

    with pytest.raises(HsunmixError):
        reload(tmp_path, edited(members, lambda m: m["cube"].update(options={"evil": "x"})))
    with pytest.raises(HsunmixError):
        reload(tmp_path, edited(members, lambda m: m["cube"].update(absolute="\0", relative="/dev/zero")))
