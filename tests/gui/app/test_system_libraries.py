from __future__ import annotations

import sys

import pytest

from hsunmix.errors import InputError, MissingExtraError
from hsunmix.gui.app import system_libraries

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems bring all libraries along")


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libX11.so.6", "libx11-6"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libfontconfig.so.1", "libfontconfig1"),
    ],
)
def test_names_of_debian_packages(library, package):
    assert system_libraries.debian_packages((library,)) == (package,)


def test_two_libraries_of_one_package_are_named_once():
    both = ("libglib-2.0.so.0", "libgthread-2.0.so.0")
    assert system_libraries.debian_packages(both) == ("libglib2.0-0",)


@linux
def test_a_library_that_is_missing_is_found_out(monkeypatch):
    unlike = system_libraries._plugins()[0].with_name("libqnowhere.so")
    monkeypatch.setattr(system_libraries, "_plugins", lambda: [unlike])
    assert system_libraries.missing()
    with pytest.raises(MissingExtraError, match="apt-get install"):
        system_libraries.require()


@linux
def test_nothing_is_missing_where_the_tests_run():
    assert system_libraries.missing() == ()


@linux
def test_a_display_that_does_not_answer_is_no_display(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(system_libraries, "missing", lambda: ())
    assert not system_libraries.has_display()
    with pytest.raises(InputError, match=":4711 does not answer"):
        system_libraries.require()
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(InputError, match="no display"):
        system_libraries.require()


def test_offscreen_needs_no_display(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    system_libraries.require()
