from __future__ import annotations

import json
import os
import subprocess
import sys


def test_versions_and_times_without_a_display():
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "hsunmix", "selftest", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    named = "hsunmix python numpy scipy numba PySide6 pyqtgraph rasterio GDAL h5py"
    assert all(report[part] for part in named.split())
    for name in ("window_ms", "open_ms", "unmix_ms", "export_ms"):
        assert 0 < report[name] < 120_000
