from __future__ import annotations

from PySide6.QtCore import QRect

from hsunmix.gui.widgets.placement import clamped

SCREENS = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 800)]


def test_a_window_on_a_screen_stays():
    assert clamped(QRect(100, 50, 1280, 800), SCREENS) == QRect(100, 50, 1280, 800)
    assert clamped(QRect(2000, 0, 1000, 700), SCREENS) == QRect(2000, 0, 1000, 700)


def test_a_window_on_a_screen_that_is_gone_comes_back():
    assert clamped(QRect(5000, 3000, 1280, 800), SCREENS) == QRect(640, 280, 1280, 800)
    assert clamped(QRect(-3000, -2000, 1280, 800), SCREENS) == QRect(0, 0, 1280, 800)


def test_a_window_larger_than_its_screen_shrinks():
    assert clamped(QRect(1920, -20, 3000, 2000), SCREENS[1:]) == QRect(1920, 0, 1280, 800)


def test_a_title_bar_above_the_screen_comes_down():
    assert clamped(QRect(100, -500, 800, 600), SCREENS).y() == 0
