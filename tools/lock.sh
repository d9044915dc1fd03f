#!/bin/sh
# Write the hash-pinned locks again after pyproject.toml changed. Needs uv on PATH.
set -e
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml "$@"
}
compile --extra build -o requirements.txt
compile --extra build --extra dev -c requirements.txt -o requirements-dev.txt
compile --extra build --extra bench -c requirements.txt -o requirements-bench.txt
