"""What several tests share."""

import pytest


@pytest.fixture
def displayed(monkeypatch):
    """Return a function that collects what a module displays from now on: [(bundle, metadata), …]."""

    def collect(module):
        outputs = []
        monkeypatch.setattr(
            module, "display", lambda bundle, metadata, raw: outputs.append((bundle, metadata))
        )
        return outputs

    return collect
