"""Every test here needs namespaces, and is run by `make test-net` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.namespaces import Namespaces, namespaces, needs_namespaces


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.net)
            item.add_marker(needs_namespaces)


@pytest.fixture
def net() -> Iterator[Namespaces]:
    with namespaces() as made:
        yield made


@pytest.fixture
def between(net: Namespaces) -> Namespaces:
    """The hosts `a`, 10.0.0.2, and `b`; in the middle `m` with an interface to either, e0 and e1.

    A test gives b its address.
    """
    net.add("a", "m", "b")
    net.link("m", "e0", "a", "eth0")
    net.link("m", "e1", "b", "eth0")
    net.ip("a", "addr", "add", "10.0.0.2/24", "dev", "eth0")
    return net
