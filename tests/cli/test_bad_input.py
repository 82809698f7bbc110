"""Files that aren't what they should be: one line that names file and reason, exit code 2."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cli.conftest import refusal, write_envi

COMMANDS = [["info"], ["rank"], ["unmix", "-r", "3"]]


@pytest.fixture(params=COMMANDS, ids=lambda words: words[0])
def words(request, tmp_path):
    """A subcommand that reads a file, with what else it needs."""
    out = ["-o", tmp_path / "out"] if request.param[0] == "unmix" else []
    return [*request.param, *out]


def test_truncated_data(hsunmix, scene, words):
    data = scene.with_suffix(".img")
    data.write_bytes(data.read_bytes()[:-1000])
    message = refusal(hsunmix(*words, scene))
    assert "scene" in message
    assert "8360" in message.replace(",", "")  # what there is
    assert "9360" in message.replace(",", "")  # what there should be


def test_empty_data(hsunmix, scene, words):
    scene.with_suffix(".img").write_bytes(b"")
    assert "scene" in refusal(hsunmix(*words, scene))


def test_wrong_interleave(hsunmix, tmp_path, values, words):
    scene = write_envi(tmp_path, values, interleave="bsp")
    message = refusal(hsunmix(*words, scene))
    assert "scene.hdr" in message
    assert "bsp" in message


def test_a_text_named_hdr(hsunmix, tmp_path, words):
    path = tmp_path / "notes.hdr"
    path.write_text("Measured on Tuesday, light clouds.\n")
    assert "notes.hdr" in refusal(hsunmix(*words, path))


@pytest.mark.parametrize("name", ["folder", "empty.hdr", "empty.mat", "empty.h5"])
def test_what_is_no_file_of_data(hsunmix, tmp_path, words, name):
    path = tmp_path / name
    path.touch() if "." in name else path.mkdir()
    assert name in refusal(hsunmix(*words, path))


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda words: words[0])
def test_missing_data(hsunmix, scene, tmp_path, command):
    scene.with_suffix(".img").unlink()
    out = ["-o", tmp_path / "out"] if command[0] == "unmix" else []
    message = refusal(hsunmix(*command, *out, scene))
    assert "scene" in message
    assert "missing" in message


@pytest.mark.parametrize("value", [0.0, np.nan, -9999.0])
@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda words: words[0])
def test_no_pixel_that_holds_data(hsunmix, tmp_path, command, value):
    scene = write_envi(tmp_path, np.full((13, 9, 20), value))
    out = ["-o", tmp_path / "out"] if command[0] == "unmix" else []
    message = refusal(hsunmix(*command, *out, scene))
    assert "scene.hdr" in message
    assert "no pixel" in message


def test_some_pixels_without_data_are_left_out(hsunmix, tmp_path, values):
    values[5, :4] = np.nan
    values[6, 2, 7] = np.inf
    scene = write_envi(tmp_path, values)
    assert hsunmix("unmix", "-r", 3, scene, "-o", tmp_path / "out").exit_code == 0


def test_a_rank_above_the_pixels(hsunmix, tmp_path, values):
    values[1:] = np.nan  # eight pixels are left
    scene = write_envi(tmp_path, values)
    message = refusal(hsunmix("unmix", "-r", 9, scene, "-o", tmp_path / "out"))
    assert "scene.hdr" in message
    assert "9" in message
