from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmill.diagnostics import DiagnosticError
from pmill.graph import verify
from tests.elaborate.kit import errors_of, graph_of


def ports(text: str, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    e = graph_of(text).elements[name]
    return e.inputs, e.outputs


def test_agnostic_ports_take_what_comes() -> None:
    push = "s :: Source;\nn :: Null;\nd :: Discard;\ns -> n;\nn -> d;"
    assert ports(push, "n") == (("push",), ("push",))
    pull = "s :: PullSource;\nn :: Null;\nd :: PullSink;\ns -> n;\nn -> d;"
    assert ports(pull, "n") == (("pull",), ("pull",))


def test_what_nobody_decides_is_push() -> None:
    assert ports("a :: Null;\nb :: Null;\na -> b;\nb -> a;", "a") == (("push",), ("push",))


def test_a_queue_parts_push_from_pull() -> None:
    text = "s :: Source;\nq :: Queue;\nd :: PullSink;\ns -> q;\nq -> d;"
    assert ports(text, "q") == (("push",), ("pull",))


def test_flow_codes_part_the_ports_of_an_element() -> None:
    text = (
        "s :: Source;\nt :: PullSource;\np :: Pair;\nd :: Discard;\ne :: PullSink;\n"
        "s -> p;\nt -> [1]p;\np -> d;\np[1] -> e;"
    )
    assert ports(text, "p") == (("push", "pull"), ("push", "pull"))
    idle = "s :: Source;\ni :: Idle;\nd :: PullSink;\ns -> i;\ni -> d;"
    assert ports(idle, "i") == (("push",), ("pull",))


def test_as_many_ports_as_are_used() -> None:
    text = "s :: Source;\nw :: Switch;\nd :: Discard;\ns -> w;\nw -> d;\nw[1] -> d;\nw[2] -> d;"
    assert ports(text, "w") == (("push",), ("push",) * 3)


def test_a_connection_said_twice_is_one() -> None:
    assert len(graph_of("s :: Source;\nd :: Discard;\ns -> d;\ns -> d;").connections) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "s :: Source;\nd :: Discard;\ns -> d;\nd[2] -> d;",
            """\
test.click:4:1: error[PM0501]: 'd :: Discard' has no output 2
    4 | d[2] -> d;
      | ^^^^^^^^^
test.click:2:1: note: 'd' is declared here
    2 | d :: Discard;
      | ^
  hint: Discard has no outputs""",
        ),
        (
            "s :: Source;\nd :: PullSink;\ns -> d;",
            """\
test.click:3:1: error[PM0502]: 's :: Source' push output 0 connected to 'd :: PullSink' pull input 0
    3 | s -> d;
      | ^^^^^^
test.click:1:1: note: 's :: Source' output 0 is push
    1 | s :: Source;
      | ^
test.click:2:1: note: 'd :: PullSink' input 0 is pull
    2 | d :: PullSink;
      | ^
  hint: between push and pull there must be a Queue (push to pull) or an Unqueue (pull to push)""",
        ),
        (
            "s :: Source;\nn :: Null;\nd :: PullSink;\ns -> n;\nn -> d;",
            """\
test.click:2:1: error[PM0503]: agnostic 'n :: Null' in mixed context: push input 0, pull output 0
    2 | n :: Null;
      | ^
test.click:1:1: note: 's :: Source' output 0 is push
    1 | s :: Source;
      | ^
test.click:3:1: note: 'd :: PullSink' input 0 is pull
    3 | d :: PullSink;
      | ^
  hint: packets cannot enter by push and leave by pull, or the other way round, without a Queue or an Unqueue""",
        ),
        (
            "s :: Source;\nd :: Discard;\ne :: Discard;\ns -> d;\ns -> e;",
            """\
test.click:5:1: error[PM0504]: illegal reuse of 's :: Source' push output 0
    5 | s -> e;
      | ^^^^^^
test.click:4:1: note: it is already connected here
    4 | s -> d;
      | ^^^^^^
  hint: a Tee copies packets to several outputs""",
        ),
        (
            "s :: Source;\nw :: Switch;\nd :: Discard;\ns -> w;\nw[1] -> d;",
            """\
test.click:2:1: error[PM0505]: 'w :: Switch' output 0 unused
    2 | w :: Switch;
      | ^
  hint: connect it, to Discard if packets end there: w -> Discard""",
        ),
        (
            "n :: Null;\nd :: Discard;\nn -> d;",
            """\
test.click:1:1: error[PM0505]: 'n :: Null' input 0 unused
    1 | n :: Null;
      | ^
  hint: connect something to it, or Idle if nothing ever comes: Idle -> n""",
        ),
        (
            "s :: Source;\nd :: Discrad;\ns -> d;",
            """\
test.click:2:6: error[PM0301]: unknown element class 'Discrad'
    2 | d :: Discrad;
      |      ^^^^^^^
  hint: did you mean 'Discard'?""",
        ),
    ],
)
def test_wrong_ports(text: str, expected: str) -> None:
    assert errors_of(text) == expected


def test_errors_of_arguments_and_ports_come_in_one_run() -> None:
    found = errors_of("s :: Strip(x);\nd :: Discard;\ns -> d;")
    assert "PM0404" in found
    assert "PM0505" in found


@given(st.data())
def test_what_elaborates_is_sound(data: st.DataObject) -> None:
    """Any tangle of elements is either refused or becomes a graph that keeps every invariant."""
    classes = (
        "Source",
        "PullSource",
        "Discard",
        "PullSink",
        "Idle",
        "Null",
        "Queue",
        "Tee",
        "Pair",
    )
    names = [f"e{i}" for i in range(data.draw(st.integers(1, 5)))]
    lines = [f"{name} :: {data.draw(st.sampled_from(classes))};" for name in names]
    end = st.tuples(st.sampled_from(names), st.integers(0, 2))
    for (a, o), (b, i) in data.draw(st.lists(st.tuples(end, end), max_size=8)):
        lines.append(f"{a}[{o}] -> [{i}]{b};")
    try:
        graph = graph_of("\n".join(lines))
    except DiagnosticError:
        return
    assert verify(graph) == []
