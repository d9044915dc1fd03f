"""Settings, all of them. What a company may change comes from the environment:

``GUANZHANG_HOME``          data folder (default ``./var``)
``GUANZHANG_DATABASE_URL``  ``postgresql://user:password@host/name``; SQLite in the data folder when empty
``GUANZHANG_HOSTS``         host names served, comma separated (default: this machine only)
``GUANZHANG_HTTPS``         ``1`` behind TLS: secure cookies and HSTS
``GUANZHANG_DEBUG``         ``1`` for developers
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from guanzhang.config.home import home, secret

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()
DEBUG = os.environ.get("GUANZHANG_DEBUG") == "1"
HTTPS = os.environ.get("GUANZHANG_HTTPS") == "1"
SECRET_KEY = secret("django")
TRAIL_KEY = secret("trail")
ALLOWED_HOSTS = [
    h for h in os.environ.get("GUANZHANG_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",  # wanted by auth; no generic keys of our own
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "axes",
    "guanzhang.trail",
    "guanzhang.work",
    "guanzhang.org",
    "guanzhang.web",
    "guanzhang.exchange",
    "guanzhang.ops",
    "guanzhang.reference",
    "guanzhang.parties",
    "guanzhang.customs",
    "guanzhang.analytics",
    "guanzhang.classification",
    "guanzhang.desk",
    "guanzhang.demo",
]

MIDDLEWARE = [
    "guanzhang.web.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "guanzhang.web.middleware.CurrentActor",
    "guanzhang.web.middleware.DenyByDefault",
    "guanzhang.web.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guanzhang.config.urls"
WSGI_APPLICATION = "guanzhang.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "guanzhang.web.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "guanzhang.web.templatetags.gz"],
        },
    }
]


def _postgresql(url: str) -> dict[str, object]:
    """Settings of ``postgresql://user:password@host:port/name?sslmode=require``."""
    parts = urlsplit(url)
    timeouts = (
        "-c lock_timeout=5s -c statement_timeout=10min"
        " -c idle_in_transaction_session_timeout=10min"
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)) | {"options": timeouts},
    }


def _sqlite(path: Path) -> dict[str, object]:
    # FULL, not NORMAL: in WAL mode NORMAL may lose a committed posting at power loss.
    # trusted_schema stays on: SQLite 3.40 refuses JSON_VALID in CHECK constraints without it.
    # IMMEDIATE: one writer at a time is the lock that select_for_update is elsewhere.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 600,  # the pragmas and the page cache of a thread outlive one request
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            ),
        },
    }


DATABASE_URL = os.environ.get("GUANZHANG_DATABASE_URL", "")
DATABASES = {
    "default": _postgresql(DATABASE_URL)
    if DATABASE_URL
    else _sqlite(HOME / "guanzhang.sqlite3")
}

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "guanzhang.org.passwords.ContextWordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"

# A stranger who guesses locks out only his own address for that name, never the person.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_CALLABLE = "guanzhang.web.access.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # logins are in the audit trail
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-guanzhang" if HTTPS else "guanzhang"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "guanzhang.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = None

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MANIFEST_STRICT = False
MEDIA_ROOT = HOME / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"guanzhang": {"level": "INFO"}},
}
