"""C++ literals are the bytes that were meant, whatever these are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.emit.render import cpp_string
from pmill.toolchain import find_tools

# What configurations may contain: any text, and any bytes, which are read as surrogates.
BYTES = st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape"))
AWKWARD = st.text(st.sampled_from("\"\\?'\n\r\t\0 /*0aAxuU%$7é☃"), max_size=200)
TEXTS = st.one_of(BYTES, AWKWARD, st.text(max_size=100))

ALWAYS = [
    "",
    '"',
    "\\",
    "??/",
    "??=define",
    "\n",
    "\\\n",
    "*/ //",
    "\0" + "7",
    "\x01" + "234",
    "a" * 79 + "\n0" + "b" * 81,
    "x" * 10_000,
    'R"(raw)"',
    "%s {{ }} {% %}",
]


def meant(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def collected(strategy: st.SearchStrategy[str], count: int) -> list[str]:
    """Return texts that hypothesis thinks of, the same ones every time."""
    texts: list[str] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None)
    @given(strategy)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    return texts


def test_all_literals_of_one_file(tmp_path: Path) -> None:
    texts = ALWAYS + collected(AWKWARD.filter(str.isascii), 150)
    assert bytes_of(texts, tmp_path) == [meant(text) for text in texts]


def test_literals_of_any_text_and_any_bytes(tmp_path: Path) -> None:
    texts = ["é", "☃", "\udcff", "\udcc3\udca9", *collected(TEXTS.filter(_has_bytes), 150)]
    assert bytes_of(texts, tmp_path) == [meant(text) for text in texts]


def _has_bytes(text: str) -> bool:
    """Whether a configuration, which is read from bytes, can contain the text."""
    try:
        meant(text)
    except UnicodeEncodeError:
        return False
    return True


def bytes_of(texts: list[str], folder: Path) -> list[bytes]:
    """Return what clang makes of the texts' literals."""
    lines = [
        "#include <cstdio>",
        "template <unsigned long N> void put(const char (&text)[N]) {",
        '  std::printf("%lu ", N - 1);',
        "  std::fwrite(text, 1, N - 1, stdout);",
        "}",
        "int main() {",
        *(f"  put({cpp_string(text)});" for text in texts),
        "}",
    ]
    source, program = folder / "strings.cc", folder / "strings"
    source.write_text("\n".join(lines) + "\n", encoding="ascii")
    command = [find_tools().clang, "-std=c++20", "-O0", "-Wall", "-Werror", "-Wno-null-character"]
    done = subprocess.run(
        [*command, source, "-o", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    out = subprocess.run([program], capture_output=True, check=True).stdout
    found = []
    while out:
        length, _, rest = out.partition(b" ")
        found.append(rest[: int(length)])
        out = rest[int(length) :]
    return found


@given(AWKWARD.filter(str.isascii))
@settings(max_examples=50, derandomize=True, database=None)
def test_literals_are_plain_text(text: str) -> None:
    literal = cpp_string(text)
    assert literal.isascii()
    assert literal.isprintable()
    assert "??" not in literal  # no trigraph


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ('a "b" \\', r'"a \"b\" \\"'),
        ("1\n2", r'"1\n2"'),
        ("\x007", r'"\0007"'),
        ("x" * 81, f'"{"x" * 80}" "x"'),
    ],
)
def test_literals(text: str, literal: str) -> None:
    assert cpp_string(text) == literal
