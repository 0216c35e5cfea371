from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.elaborate import elaborate
from pmill.graph import CALLS, PipelineGraph, print_graph, verify
from pmill.syntax import flatten, parse
from tests.elaborate.kit import HERE, LIBRARY, errors_of, graph_of

ROUTER = """\
s :: Source;
w :: Switch(1);
a/p :: Paint(3, ANNO 5);
t :: Print("a, b", ACTIVE false);
q :: Queue;
r :: Queue;
d :: PullSink;
d2 :: PullSink;
e :: Discard;
s -> w;
w -> a/p;
w[1] -> e;
a/p -> t;
t -> q;
w[2] -> r;
q -> d;
r -> d2;
"""


def read(text: str) -> PipelineGraph:
    diags = Diagnostics()
    flat = flatten(parse(Source("printed.click", text), diags), {}, LIBRARY, diags)
    return elaborate(flat, LIBRARY, dialect="fastclick", diags=diags)


def placeless(graph: PipelineGraph) -> PipelineGraph:
    """Forget where things were written: a printed graph stands elsewhere."""
    return replace(
        graph,
        source_name="",
        elements={n: replace(e, span=HERE) for n, e in graph.elements.items()},
        connections=tuple(replace(c, span=HERE) for c in graph.connections),
    )


def test_a_graph_prints_as_click() -> None:
    assert (
        print_graph(graph_of(ROUTER))
        == """\
// test.click:1
s :: Source;
// test.click:2
w :: Switch(1);
// test.click:3
a/p :: Paint(3, 5);
// test.click:4
t :: Print("a, b", ACTIVE false);
// test.click:5
q :: Queue;
// test.click:6
r :: Queue;
// test.click:7
d :: PullSink;
// test.click:8
d2 :: PullSink;
// test.click:9
e :: Discard;

s -> w -> a/p;
w[1] -> e;
a/p -> t -> q;
w[2] -> r;
q -> d;
r -> d2;
"""
    )


def test_decisions_are_printed() -> None:
    graph = graph_of("s :: Source;\na :: Null;\nd :: Discard;\ns -> a;\na -> d;")
    decided = replace(
        graph.with_elements(
            replace(e, frozen=e.name != "s") for e in graph.elements.values()
        ).with_connections(
            replace(c, call="inline" if c.source.element == "s" else "direct")
            for c in graph.connections
        ),
        live=frozenset(("paint", "dst_ip")),
    )
    assert (
        print_graph(decided, places=False)
        == """\
s :: Source;
a :: Null;
d :: Discard;

s -> a -> d;

PassInfo(
  FROZEN a d,
  INLINE s[0],
  DIRECT *,
  LIVE dst_ip paint);
"""
    )
    assert placeless(read(print_graph(decided))) == placeless(decided)


@given(st.data())
def test_what_is_printed_reads_back(data: st.DataObject) -> None:
    graph = graph_of(ROUTER)
    calls = st.sampled_from([call for call in CALLS if call != "staged"])  # not everywhere
    live = st.none() | st.frozensets(st.sampled_from(("paint", "dst_ip", "mac", "byte5")))
    decided = replace(
        graph.with_elements(
            replace(e, frozen=data.draw(st.booleans())) for e in graph.elements.values()
        ).with_connections(replace(c, call=data.draw(calls)) for c in graph.connections),
        live=data.draw(live),
    )
    assert verify(decided) == []
    text = print_graph(decided)
    assert placeless(read(text)) == placeless(decided)
    assert print_graph(read(text), places=False) == print_graph(decided, places=False)


def test_borders_read_back() -> None:
    text = "s :: Source;\na :: Null;\nd :: Discard;\ns -> a -> d;\nPassInfo(STAGED a[0], DIRECT *);"
    decided = read(text)
    assert [c.call for c in decided.connections] == ["direct", "staged"]
    assert verify(decided) == []
    assert placeless(read(print_graph(decided))) == placeless(decided)


def test_a_border_on_a_cycle() -> None:
    text = (
        "s :: Source;\na :: Null;\nb :: Null;\np :: PassInfo(STAGED s[0] b[0]);\n"
        "s -> a;\na -> b;\nb -> a;"
    )
    assert (
        errors_of(text)
        == """\
test.click:4:27: error[PM0640]: PassInfo: packets cannot wait for their burst at 'b[0]'
    4 | p :: PassInfo(STAGED s[0] b[0]);
      |                           ^^^^
  hint: 'b' and 'a' must see packets in one order"""
    )


def test_wrong_decisions() -> None:
    text = "s :: Source;\nd :: Discard;\np :: PassInfo(FROZEN x, FREEZE s, INLINE d[0], LIVE pain);\ns -> d;"
    assert (
        errors_of(text)
        == """\
test.click:3:22: error[PM0311]: PassInfo: there is no element 'x'
    3 | p :: PassInfo(FROZEN x, FREEZE s, INLINE d[0], LIVE pain);
      |                      ^
test.click:3:25: error[PM0310]: PassInfo: unknown argument 'FREEZE'
    3 | p :: PassInfo(FROZEN x, FREEZE s, INLINE d[0], LIVE pain);
      |                         ^^^^^^
  hint: did you mean 'FROZEN'?
test.click:3:42: error[PM0312]: PassInfo: there is no connection 'd[0]'
    3 | p :: PassInfo(FROZEN x, FREEZE s, INLINE d[0], LIVE pain);
      |                                          ^^^^
  hint: did you mean 's[0]'?
test.click:3:53: error[PM0312]: PassInfo: there is no metadata field 'pain'
    3 | p :: PassInfo(FROZEN x, FREEZE s, INLINE d[0], LIVE pain);
      |                                                     ^^^^
  hint: did you mean 'paint'?"""
    )
