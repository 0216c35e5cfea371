from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, fail
from pmill.elaborate import elaborate
from pmill.elements.spec import ElementSpec
from tests.elaborate.kit import HERE, LIBRARY, errors_of, flat, graph_of


class BrokenLibrary(Mapping[str, ElementSpec]):
    """A library in which the header of Null cannot be read."""

    def __getitem__(self, name: str) -> ElementSpec:
        if name == "Null":
            raise fail("PM0201", "no spec", HERE)
        return LIBRARY[name]

    def __iter__(self) -> Iterator[str]:
        return iter(LIBRARY)

    def __len__(self) -> int:
        return len(LIBRARY)


def test_elements_and_connections_keep_their_order() -> None:
    graph = graph_of("s :: Source;\nd :: Discard;\nn :: Null;\nn -> d;\ns -> n;")
    assert list(graph.elements) == ["s", "d", "n"]
    assert [c.source.element for c in graph.connections] == ["n", "s"]
    assert graph.source_name == "test.click"
    assert graph.live is None
    assert not any(e.frozen for e in graph.elements.values())


def test_a_broken_header_is_reported_once() -> None:
    text = "s :: Source;\na :: Null;\nb :: Null;\nd :: Discard(x);\ns -> a;\na -> b;\nb -> d;"
    with pytest.raises(DiagnosticError) as error:
        elaborate(flat(text), BrokenLibrary(), dialect="fastclick", diags=Diagnostics())
    assert [d.code for d in error.value.diagnostics] == ["PM0201", "PM0402"]


def test_all_unknown_classes_are_reported_and_the_rest_is_checked() -> None:
    found = errors_of("a :: Foo;\nb :: Bar;\nc :: Strip(x);\na -> b;\nb -> c;")
    assert [line[line.index("[") + 1 :][:6] for line in found.split("\n") if "error[" in line] == [
        "PM0301",
        "PM0301",
        "PM0404",
    ]
