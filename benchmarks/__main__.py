"""``python -m benchmarks [name] [options]``: one benchmark, or all of them at their default size."""

import pkgutil
import subprocess
import sys

import benchmarks

PARTS = {"contenders"}  # modules that belong to a benchmark


def main(arguments: list[str]) -> None:
    names = {info.name for info in pkgutil.iter_modules(benchmarks.__path__)}
    names = sorted(name for name in names - PARTS if not name.startswith("_"))
    name, *options = arguments or [""]
    if name and name not in names:
        raise SystemExit(f"There is no benchmark {name!r}; there are: {', '.join(names)}.")
    for each in [name] if name else names:
        subprocess.run([sys.executable, "-m", f"benchmarks.{each}", *options], check=True)


main(sys.argv[1:])
