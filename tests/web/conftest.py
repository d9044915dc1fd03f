"""Pages of our own (samples.py) instead of those of the modules above."""

import copy
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def sample_site(settings, monkeypatch):
    settings.ROOT_URLCONF = "web.samples"
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], HERE / "templates"]
    settings.TEMPLATES = templates
    monkeypatch.setattr("guanzhang.web.wired.WIRING", "web.sample_wiring")
