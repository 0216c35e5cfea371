"""Random trees of configurations, for hypothesis. Every tree is one that the parser can make."""

from __future__ import annotations

from hypothesis import strategies as st

from pmill.diagnostics import Source, Span
from pmill.syntax import nodes
from pmill.syntax.nodes import MAX_PORT

HERE = Span(Source("random", ""), 0, 0)

_words = st.sampled_from(["a", "b1", "Foo", "Queue@3", "x/y", "_", "@1", "a_b/c/d", "0x1f"])
names = st.builds(lambda text: nodes.Name(text=text, span=HERE), _words)
class_names = st.builds(lambda text: nodes.ClassName(text=text, span=HERE), _words)

# Pieces that hide parentheses, quotes and comment signs from a careless lexer.
_pieces = st.sampled_from(
    [
        *("a", " ", ",", "(1)", "((", "))", "\n", "12/0800", "->", "::", ";", "{", "|", "$a"),
        *('"x\\")"', "'(\\'", "/* ) ' */", '// ( "\n', "\\<48 29>", "${a-)}", '"\\<29 "\\>"'),
    ]
)


def _balanced(pieces: list[str]) -> str:
    """Drop the parentheses that would end the configuration, close those that stay open."""
    depth, kept = 0, []
    for piece in pieces:
        change = {"((": 2, "))": -2, "${a-)}": -1}.get(piece, 0)
        if depth + change >= 0:
            depth += change
            kept.append(piece)
    return "".join(kept) + ")" * depth


config_texts = st.lists(_pieces, max_size=8).map(_balanced)
configs = st.builds(lambda text: nodes.ConfigString(text=text, span=HERE), config_texts)
optional_configs = st.none() | configs

_ports = st.tuples(st.integers(0, 9), st.integers(0, 3) | st.just(MAX_PORT - 9)).map(
    lambda p: nodes.Port(first=p[0], last=p[0] + p[1], span=HERE)
)
port_lists = st.builds(
    lambda items, expandable: nodes.PortList(
        items=tuple(items), expandable=expandable or not items, span=HERE
    ),
    st.lists(_ports, max_size=3),
    st.booleans(),
)
optional_ports = st.none() | port_lists


def formals() -> st.SearchStrategy[tuple[nodes.Formal, ...] | None]:
    """Draw parameters in their order: positional, keywords, rest."""

    def build(positional: int, keywords: int, rest: bool) -> tuple[nodes.Formal, ...]:
        named = [nodes.Formal(name=f"p{i}", keyword=None, span=HERE) for i in range(positional)]
        named += [nodes.Formal(name=f"k{i}", keyword=f"K{i}", span=HERE) for i in range(keywords)]
        named += [nodes.Formal(name="r", keyword="__REST__", span=HERE)] * rest
        return tuple(named)

    return st.none() | st.builds(build, st.integers(0, 2), st.integers(0, 2), st.booleans())


def compounds(depth: int) -> st.SearchStrategy[nodes.Compound]:
    """Draw the body of a compound, nested at most `depth` deep."""
    alternative = st.builds(
        lambda f, s: nodes.Alternative(formals=f, statements=s, span=HERE),
        formals(),
        statements(depth, inside=True),
    )
    return st.builds(
        lambda alternatives, extends: nodes.Compound(
            alternatives=tuple(alternatives), extends=extends, span=HERE
        ),
        st.lists(alternative, min_size=1, max_size=3),
        st.booleans(),
    )


def classes(depth: int) -> st.SearchStrategy[nodes.ClassName | nodes.Compound]:
    """Draw a class: a name, or a compound where depth allows."""
    return class_names | compounds(depth - 1) if depth else class_names


_ARROWS = st.sampled_from(
    [
        nodes.Arrow(kind="->", span=HERE),
        nodes.Arrow(kind="=>", span=HERE),
        nodes.Arrow(kind="~>", context="", span=HERE),
        nodes.Arrow(kind="~>", context="TCP", span=HERE),
    ]
)


@st.composite
def declarations(draw: st.DrawFn, depth: int, most: int) -> nodes.Declaration:
    """Draw a declaration of at most `most` names."""
    named = draw(st.lists(names, min_size=1, max_size=most))
    return nodes.Declaration(
        names=tuple(named),
        class_=draw(classes(depth)),
        config=draw(optional_configs),
        span=HERE,
    )


def elements(depth: int) -> st.SearchStrategy[nodes.ElementExpression]:
    """Draw what can stand in a chain."""
    references = st.builds(
        lambda n, c: nodes.Reference(name=n, config=c, span=HERE), names, optional_configs
    )
    flat = references | declarations(depth, 1)
    if not depth:
        return flat
    anonymous = st.builds(
        lambda b, c: nodes.Anonymous(compound=b, config=c, span=HERE),
        compounds(depth - 1),
        optional_configs,
    )
    groups = st.builds(
        lambda s: nodes.Group(statements=s, span=HERE), statements(depth - 1, inside=True)
    )
    return flat | anonymous | groups


@st.composite
def chains(draw: st.DrawFn, depth: int, inside: bool) -> nodes.Chain:
    """Draw a chain of two to four stages; inside a compound its ends may be implicit."""
    last = draw(st.integers(1, 3))
    stages = []
    for number in range(last + 1):
        if inside and number in (0, last) and draw(st.booleans()):
            stages.append(_stage([_endpoint(draw(optional_ports), None, None)]))
            continue
        endpoints = [
            _endpoint(
                draw(optional_ports) if number else None,
                draw(elements(depth)),
                draw(optional_ports) if number < last else None,
            )
            for _ in range(draw(st.integers(1, 3)))
        ]
        stages.append(_stage(endpoints))
    arrows = [draw(_ARROWS) for _ in range(last)]
    return nodes.Chain(stages=tuple(stages), arrows=tuple(arrows), span=HERE)


def _endpoint(
    inputs: nodes.PortList | None,
    element: nodes.ElementExpression | None,
    outputs: nodes.PortList | None,
) -> nodes.Endpoint:
    return nodes.Endpoint(inputs=inputs, element=element, outputs=outputs, span=HERE)


def _stage(endpoints: list[nodes.Endpoint]) -> nodes.Stage:
    return nodes.Stage(endpoints=tuple(endpoints), span=HERE)


def statements(depth: int, *, inside: bool) -> st.SearchStrategy[tuple[nodes.Statement, ...]]:
    """Draw a list of statements."""
    definitions = st.builds(lambda c: nodes.Definitions(config=c, span=HERE), configs)
    requirements = st.builds(lambda c: nodes.Requirement(config=c, span=HERE), configs)
    class_definitions = st.builds(
        lambda n, c: nodes.ClassDefinition(name=n, class_=c, span=HERE), names, classes(depth)
    )
    any_statement = (
        chains(depth, inside)
        | declarations(depth, 3)
        | class_definitions
        | definitions
        | requirements
    )
    return st.lists(any_statement, max_size=3).map(tuple)


def whole_configs() -> st.SearchStrategy[nodes.Config]:
    """Draw a configuration."""
    return st.builds(
        lambda s: nodes.Config(source=HERE.source, statements=s, span=HERE),
        statements(1, inside=False),
    )
