"""The WSGI application that granian serves, with the worker beside it where ``serve`` asks for it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")
application = get_wsgi_application()

from guanzhang.config.embedded import end_with_parent, start_worker  # noqa: E402 - needs Django

end_with_parent()
if os.environ.get("GUANZHANG_WORKER") == "1":
    start_worker()
