"""Settings of the test run: a throw-away home, fast password hashes, no manifest of static files."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["GUANZHANG_HOME"] = tempfile.mkdtemp(prefix="guanzhang-test-")
atexit.register(shutil.rmtree, os.environ["GUANZHANG_HOME"], ignore_errors=True)

from guanzhang.config.settings import *  # noqa: F403, E402
from guanzhang.config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not :memory:, so that threads and the backup API see the same database.
    DATABASES["default"]["TEST"] = {"NAME": Path(os.environ["GUANZHANG_HOME"]) / "test.sqlite3"}
