"""Every test of this folder that touches the database starts from what ships with the program."""

from __future__ import annotations

import pytest

from conftest import NOW
from guanzhang.reference.services import install_shipped


@pytest.fixture
def shipped_data(db):
    """The shipped reference data, installed."""
    install_shipped(NOW)
