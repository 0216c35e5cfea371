"""Expansion of variables."""

from __future__ import annotations

import pytest

from pmill.syntax.variables import ExpansionError, Scope, expand_text


def scope(**values: str) -> Scope:
    found = Scope()
    for name, value in values.items():
        found.define(name, value, final=False)
    return found


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$a", "1"),
        ("$ab $a/24 x${a}y", "$ab 1/24 x1y"),
        ("$words, ${words[1]}, ${words[9]}.", "x 'y z' w, 'y z', ."),
        ("${words[$a]} ${words[${a}]}", "'y z' 'y z'"),
        ("${none-d} ${none-} ${a-d} ${none-$a}", "d  1 1"),
        ("${none} ${a.b} $? $# $$ $ $-", "${none} ${a.b} $? $# $$ $ $-"),
        ('\'$a\' "$a" "\\$a" \\$a', '\'$a\' "1" "\\$a" \\1'),
        ("\"'$a'\" '\"'$a", "\"'1'\" '\"'1"),
        ('"$q" $q', '"\\"\\\\\\$x" "\\$x'),
        ("// $a\n$a /* $a */ \\<$a>", "// $a\n1 /* $a */ \\<$a>"),
        ("$(a) $(b.c $a) $(a x)", "1 $(b.c 1) $(a x)"),
        ("$list", "1, 2"),
        ("$chain", "<1>"),
        ("${a", "${a"),
        ("$(a", "$(a"),
    ],
)
def test_expand(text: str, expanded: str) -> None:
    values = scope(a="1", words="x 'y z' w", list="1, 2", chain="<$a>")
    values.define("q", '"\\$x', final=True)
    assert expand_text(text, values) == expanded


def test_inner_scopes_hide_outer_ones() -> None:
    outer = scope(a="1", b="2", c="$a")
    inner = Scope(outer)
    inner.define("a", "x$a", final=False)
    assert expand_text("$a $b $c", inner) == "x1 2 1"


def test_final_values_are_not_expanded_again() -> None:
    values = scope(a="1")
    values.define("f", "$a", final=True)
    assert expand_text("$f", values) == "$a"


@pytest.mark.parametrize("values", [{"a": "$b", "b": "$a"}, {"a": "$a"}])
def test_circles_are_errors(values: dict[str, str]) -> None:
    with pytest.raises(ExpansionError, match="defined in terms of itself"):
        expand_text("$a", scope(**values))


def test_deep_chains_are_errors() -> None:
    chain = {f"v{i}": f"$v{i + 1}" for i in range(20)}
    with pytest.raises(ExpansionError, match="nested too deeply"):
        expand_text("$v0", scope(**chain))
    with pytest.raises(ExpansionError, match="nested too deeply"):
        expand_text("${" * 30 + "a" + "}" * 30, scope(a="1"))


def test_growth_is_bounded() -> None:
    values = {f"v{i}": f"$v{i + 1}" * 20 for i in range(8)}
    with pytest.raises(ExpansionError, match="without end"):
        expand_text("$v0", scope(**values, v8="x" * 100))
