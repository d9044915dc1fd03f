"""``guanzhang``: the command line. Thin: every command calls the service a page calls."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")
    django.setup()
    from django.core.management import execute_from_command_line

    if sys.argv[1:2] == ["manage"]:
        execute_from_command_line(["guanzhang manage", *sys.argv[2:]])


if __name__ == "__main__":
    main()
