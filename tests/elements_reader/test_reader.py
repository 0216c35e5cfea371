"""What the reader takes out of headers it accepts."""

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.elements import EnumSpec
from pmill.elements.reader import metadata_fields, read_header
from pmill.resources import runtime_dir
from tests.elements_reader.kit import header, read


def test_the_model_header() -> None:
    path = runtime_dir() / "elements" / "ip" / "decipttl.hh"
    source = Source("decipttl.hh", path.read_text(encoding="utf-8"))
    diags = Diagnostics()
    spec = read_header(source, "ip/decipttl.hh", diags)
    assert spec is not None
    assert not list(diags)
    assert (spec.name, spec.group, spec.header) == ("DecIPTTL", "ip", "ip/decipttl.hh")
    assert spec.summary == "Decrements the IPv4 TTL and patches the header checksum."
    assert spec.description.startswith("A packet whose TTL has run out (0 or 1) leaves,")
    assert spec.examples[0].startswith("CheckIPHeader -> ttl :: DecIPTTL")
    assert (spec.ports, spec.processing, spec.flow) == ("1/1-2", "a/ah", "x/x")
    assert (spec.reads, spec.writes, spec.cold) == (("network",), (), (1,))
    assert not spec.source
    active = spec.argument("ACTIVE")
    assert active is not None
    assert (active.type, active.default, active.mandatory) == ("bool", "true", False)
    assert active.doc == "Whether the element changes anything."
    assert spec.counters[0].member == "drops"
    assert (spec.counters[0].kind, spec.counters[0].output) == ("drop", 1)


def test_spans_point_into_the_header() -> None:
    spec = read(header("struct Args { bool a = true;  ///< Yes.\n };"))
    assert spec.span.text == "Thing"
    assert spec.arguments[0].span.text == "a"
    assert spec.arguments[0].span.line == 10


def test_doc_comment() -> None:
    doc = (
        "/// Does\n/// it.\n///\n/// First line,\n///   indented.\n///\n/// Second paragraph.\n"
        "/// @group test\n/// @example a -> b; // twice\n/// @example c ->\n/// d;\n/// @alias Other More"
    )
    spec = read(header(doc=doc))
    assert spec.summary == "Does it."
    assert spec.description == "First line,\n  indented.\n\nSecond paragraph."
    assert spec.examples == ("a -> b; // twice", "c -> d;")
    assert spec.aliases == ("Other", "More")


def test_spec_fields() -> None:
    spec = read(
        header(
            spec='.ports = "1-3/=+", .processing = "hl/a", .flow = "#/[^#]",'
            " .reads = meta::network | meta::paint, .writes = {}, .cold = outputs(2, 1),"
            " .resizes = true, .shared = true, .source = true"
        )
    )
    assert (spec.ports, spec.processing, spec.flow) == ("1-3/=+", "hl/a", "#/[^#]")
    assert (spec.reads, spec.writes, spec.cold) == (("network", "paint"), (), (1, 2))
    assert (spec.resizes, spec.shared, spec.source) == (True, True, True)


def test_spec_defaults_are_those_of_spec_hh() -> None:
    spec = read(header())
    assert (spec.ports, spec.processing, spec.flow, spec.cold) == ("1/1", "a/a", "x/x", ())


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("std::uint8_t a;", ("std::uint8_t", None)),
        ("std::int64_t a = -1;", ("std::int64_t", "-1")),
        ("std::uint16_t a = 0x0800;", ("std::uint16_t", "0x0800")),
        ("std::uint32_t a = 1 << 20;", ("std::uint32_t", "1 << 20")),
        ("Duration a{1'000'000'000};", ("Duration", "{1'000'000'000}")),
        ("IPAddress a = IPAddress(10, 0, 0, 1);", ("IPAddress", "IPAddress(10, 0, 0, 1)")),
        ("EtherAddress a{{0x02, 0, 0, 0, 0, 1}};", ("EtherAddress", "{{0x02, 0, 0, 0, 0, 1}}")),
        ("Anno<1> a{17};", ("Anno<1>", "{17}")),
        ("Anno<2> a = {meta::paint2.offset};", ("Anno<2>", "{meta::paint2.offset}")),
        ("List<IPPrefix> a = {};", ("List<IPPrefix>", "{}")),
        ("List< IPAddress >  a{};", ("List<IPAddress>", "{}")),
        ('String a = "one; ///< \\"two\\"";', ("String", '"one; ///< \\"two\\""')),
        ("double a = 0.5;", ("double", "0.5")),
        ("Bandwidth a{};", ("Bandwidth", "{}")),
        ("Timestamp a{};", ("Timestamp", "{}")),
        ("Filename a;", ("Filename", None)),
    ],
)
def test_types_and_defaults(member: str, expected: tuple[str, str | None]) -> None:
    spec = read(header(f"struct Args {{\n {member}  ///< Doc.\n }};"))
    argument = spec.arguments[0]
    assert (argument.name, argument.doc) == ("a", "Doc.")
    assert (argument.type, argument.default) == expected
    assert argument.positional is (expected[1] is None)


def test_tags_of_arguments() -> None:
    spec = read(
        header(
            """\
  struct Args {
    std::uint16_t a = 5;  ///< @positional Of @range 0x1 4095
                          ///< two lines. @alias FIRST @alias ONE
    IPPrefix b = IPPrefix(IPAddress(), 0);  ///< @bare Prefix.
    Anno<1> c{17};        ///< Read and written. @reads @writes
    bool d = false;       ///< Differs. @default click true
    Table e;              ///< Table. @lowering routes
    List<IPAddress> f;    ///< All others. @rest
  };
""".replace("Table e;", "Table e{};")
        )
    )
    a, b, c, d, e, f = spec.arguments
    assert (a.positional, a.ranges, a.aliases) == (True, (1, 4095), ("FIRST", "ONE"))
    assert a.doc == "Of two lines."
    assert spec.argument("ONE") is a
    assert b.bare
    assert (c.reads, c.writes, d.reads) == (True, True, False)
    assert d.by_dialect == (("click", "true"),)
    assert e.lowering == "routes"
    assert (f.rest, f.mandatory, f.positional) == (True, False, False)


def test_enumerations() -> None:
    spec = read(
        header(
            "enum class Kind : std::uint8_t { one, two_three, };  ///< Kinds.\n"
            "struct Args { Kind kind = Kind::two_three;  ///< Which.\n };"
        )
    )
    assert spec.enums == (EnumSpec(name="Kind", values=("one", "two_three")),)


def test_an_element_without_ports_needs_no_push() -> None:
    push = "push(auto &self, auto &packet) { emit<0>(self, packet); }"
    text = header(spec='.ports = "0/0"').replace(push, "configure(const auto &, auto &) {}")
    assert "push" not in text
    assert read(text).ports == "0/0"


def test_state_shows_tagged_counters_only() -> None:
    spec = read(
        header(
            """\
  struct State {
    std::array<Count, 4> many;
    std::unique_ptr<int[]> x{new int[3]{}};
    Count hidden;
    Count quiet;  ///< Not for users.
    Count seen;   ///< @read Packets
                  ///< seen.
    State() : x{nullptr} { if (x) { hidden += 1'000; } }
    Count lost{};    ///< @drop Lost "a" + 'b'.
    std::uint64_t n = 0;  ///< A note.
  };
"""
        )
    )
    assert [(h.name, h.kind, h.doc, h.output) for h in spec.counters] == [
        ("seen", "read", "Packets seen.", None),
        ("lost", "drop", "Lost \"a\" + 'b'.", None),
    ]


def test_what_an_element_needs_for_itself_is_skipped() -> None:
    spec = read(
        header(
            """\
  using Table = std::array<int, 3>;
  static constexpr unsigned kMax{4};
  static constexpr unsigned kMore = std::max(kMax, 5u);
  static_assert(kMax < 5);
  struct Entry { int a; /* }; */ char c = '}'; };
  struct Args { bool a = true;  ///< Doc.
  };
  struct Shared { explicit Shared(const auto &args) { (void)args; } };

  /// Helps.
  template <typename T = int>
  PMILL_INLINE static T helper(T v) { return v; }
"""
        )
    )
    assert len(spec.arguments) == 1


def test_text_behind_the_first_function_is_not_read() -> None:
    text = header("static constexpr int f(int a) { return a == '{' ? \"}\"[0] : `; }")
    assert read(text).name == "Thing"


def test_an_element_after_helpers_of_its_own() -> None:
    text = header().replace(
        "/// Does it.", "struct Help {\n  int x;  ///< Help.\n};\n\n/// Does it."
    )
    assert read(text).summary == "Does it."


def test_metadata_fields_are_read_from_meta_hh() -> None:
    assert {"network", "paint", "dst_ip", "first_timestamp", "all"} <= set(metadata_fields())


def test_every_error_of_a_header_in_one_run() -> None:
    with pytest.raises(DiagnosticError) as caught:
        read(header("struct Args { Foo a = 1;  ///< @nix\n };", spec='.ports = "x", .a = true'))
    codes = [d.code for d in caught.value.diagnostics]
    assert codes == ["PM0205", "PM0204", "PM0208", "PM0209", "PM0207"]


PREPARE = "  static void prepare(const auto &self, const auto &packet) {}"


def test_the_first_step_of_a_lookup() -> None:
    assert not read(header("")).prepares
    assert read(header(PREPARE)).prepares
    assert read(header("  static void start(auto &self) {}\n" + PREPARE)).prepares
    # Not a word of it in a comment, a call, or a function of another struct.
    assert not read(header("  // static void prepare(const auto &self)")).prepares
    assert not read(header("  static void other(auto &x) { prepare(x); }")).prepares
    behind = header("") + "struct Helper {\n" + PREPARE + "\n};\n"
    assert not read(behind).prepares


def test_the_guess_at_a_frame() -> None:
    foresee = "  static Hint foresee(const auto &self, const std::uint8_t *frame) {}"
    assert not read(header(PREPARE)).foresees
    assert read(header(f"{PREPARE}\n{foresee}")).foresees
    assert not read(header("  static void other(auto &x) { foresee(x); }")).foresees


def test_what_is_shared_and_how_much_is_touched() -> None:
    spec = read(
        header(
            "  struct Args {\n"
            "    std::uint32_t entries = 5;  ///< @footprint 64 Of a table.\n"
            "    std::uint32_t other = 5;  ///< Of none.\n"
            "  };",
            spec='.shares = "stderr random"',
        )
    )
    assert spec.shares == ("stderr", "random")
    assert [a.footprint for a in spec.arguments] == [64, 0]
    assert read(header("")).shares == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (header(spec='.shares = "stdout"'), "PM0205"),
        (header(spec='.shares = "stderr "'), "PM0205"),
        (header(spec=".shares = true"), "PM0204"),
        (header("  struct Args { bool a = true;  ///< @footprint 4 A.\n };"), "PM0208"),
        (header("  struct Args { std::uint8_t a = 1;  ///< @footprint x A.\n };"), "PM0208"),
        (header("  struct Args { bool a = true;  ///< @before A.\n };"), "PM0208"),
        (header("  struct Args { bool a = true;  ///< @sized A.\n };"), "PM0208"),
    ],
)
def test_what_is_shared_or_touched_wrongly(text: str, code: str) -> None:
    with pytest.raises(DiagnosticError, match=code):
        read(text)


def test_what_several_workers_are_to_an_element() -> None:
    plain = "/// Does it.\n/// @group test"
    said = f"{plain}\n/// @workers Each has\n/// its own."
    kept = "  struct State {\n    Count seen;  ///< @read Seen.\n    int last = 0;\n  };"
    spec = read(header(kept, spec='.workers = "each"', doc=said))
    assert (spec.workers, spec.workers_doc, spec.stateful) == ("each", "Each has its own.", True)
    spec = read(header(kept.replace("int last = 0;", ""), spec='.workers = "any"'))
    assert (spec.workers, spec.workers_doc, spec.stateful) == ("any", "", False)
    assert read(header(kept)).workers == ""
    assert read(header(spec=".source = true, .everywhere = true")).everywhere


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ('.workers = "all"', "PM0205"),
        ('.workers = ""', "PM0205"),
        (".workers = true", "PM0204"),
        ('.workers = "flow"', "PM0203"),
        ('.workers = "one"', "PM0203"),
    ],
)
def test_several_workers_wrongly(spec: str, code: str) -> None:
    with pytest.raises(DiagnosticError, match=code):
        read(header(spec=spec))
