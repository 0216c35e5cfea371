"""Documentation made of specs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pmill.elements.docs import describe, list_elements, markdown, markdown_index
from tests.conftest import Golden
from tests.elements_reader.kit import header, read

GOLDEN = Path(__file__).parent / "golden"
THING = read(
    header(
        """\
  enum class Kind { one_way, both };
  struct Args {
    IPAddress where;        ///< Where to.
    std::uint16_t mtu = 1500;  ///< Longest packet that is sent whole, in bytes, headers of the link layer not counted. @positional @range 68 9000 @alias LENGTH
    Kind kind = Kind::one_way;  ///< Direction, a|b.
    Anno<1> anno{17};       ///< Place. @default click {16}
    List<IPPrefix> nets{};  ///< Networks. @bare
    List<IPAddress> more;   ///< Further ones. @rest
  };
  struct State {
    Count seen;  ///< @read Packets seen.
    Count lost;  ///< @drop(1) Too long.
    Count gone;  ///< @drop No route.
  };
""",
        spec='.ports = "1-/=+", .processing = "ah/a", .reads = meta::paint, .cold = outputs(1, 2)',
        doc="/// Sends things.\n///\n/// Twice if need be.\n/// @group test\n/// @alias Object\n"
        "/// @example a -> Thing(10.0.0.1) -> b;",
    )
)


def test_text(golden: Golden) -> None:
    golden(GOLDEN / "thing.txt", describe(THING))


def test_markdown(golden: Golden) -> None:
    golden(GOLDEN / "thing.md", markdown(THING))


def test_an_element_without_anything(golden: Golden) -> None:
    golden(GOLDEN / "plain.txt", describe(read(header())))


def test_an_argument_that_names_an_element() -> None:
    head = "struct Args { ElementRef<Other> table = {};  ///< The table.\n };"
    spec = read(header(head))
    assert spec.arguments[0].element_class == "Other"
    assert "TABLE: name of an element Other, default none" in describe(spec)


def test_lists() -> None:
    other = replace(THING, name="Other", group="another", summary="Is another.")
    assert list_elements({"Thing": THING, "Other": other}) == (
        "another:\n  Other  Is another.\ntest:\n  Thing  Sends things.\n"
    )
    assert markdown_index([THING, other]) == (
        "# Elements\n\nGenerated from the headers below `runtime/elements`.\n\n"
        "## another\n\n- [Other](Other.md): Is another.\n\n"
        "## test\n\n- [Thing](Thing.md): Sends things.\n"
    )
