from pathlib import Path

import pytest
from register_helpers import make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)
