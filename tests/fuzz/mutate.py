"""Changes configurations at random: what comes out is almost right, or nothing at all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

# What breaks a text into pieces that are worth moving.
_PIECE = re.compile(r"\s+|[A-Za-z0-9_@/]+|\"[^\"\n]*\"|->|=>|::|\|\||\.\.\.|.", re.DOTALL)
_SPICE = (
    *("->", "=>", "~>", "~x>", "::", ";", ",", "||", "...", "|", "[", "]", "(", ")", "{", "}"),
    *("[0]", "[]", "[1,]", "[0-3]", "[65536]", "[0x2]", "[-1]", "[9-1]", "input", "output"),
    *("elementclass", "define", "require", "provide", "__REST__", "$", "$a", "${a}", "${a-b}"),
    *("${a[0]}", "${a[$b]}", "$(a)", "$(b.c $a)", "$?", "$$", "${", "$(", "define($a $a)"),
    *(
        "//",
        "/*",
        "*/",
        "#",
        '\n#line 3 "x"\n',
        "\n# 99999999999\n",
        '"',
        "'",
        "\\",
        "\\<",
        "\\<61>",
    ),
    *("Idle", "Discard", "Queue", "Tee", "Null", "Classifier", "Script", "Nowhere", "a/b", "a@1"),
    *(
        "-1",
        "0",
        "0x",
        "1e999",
        "99999999999999999999",
        "10.0.0.1/24",
        "1:2:3:4:5:6",
        "10ms",
        "1Gbps",
    ),
    *("\0", "\ufffd", "\udcff", "é", "\t", "\r\n", "\x0c", "A" * 300, "(" * 70, "{" * 70),
    *("elementclass R { -> R -> }", "R -> R", "elementclass R { $a, K $k, __REST__ $r | -> }"),
    *(
        "require(library x)",
        "require(package x)",
        "Script(goto a)",
        "LIMIT",
        "LIMIT -1",
        "STOP true",
    ),
    *("IPFilter(allow src port 80 or not", "AddressInfo(a 1.2.3.4)", "StaticThreadSched(a 0)"),
)


_WORDS = (
    "0 1 2 3 7 14 16 47 48 60 255 256 65535 65536 4294967295 4294967296 18446744073709551616 0x10",
    "true false LIMIT STOP BURST TYPE ACTIVE tcp udp src dst port host net not or and allow deny",
    "Idle Discard Queue Unqueue Tee Null Counter Switch Paint Strip RoundRobinSched IPFilter",
    "IPClassifier Classifier ARPQuerier ARPTable Script AddressInfo PortInfo StaticThreadSched",
)


class Mutator:
    """Makes changed texts of a corpus; the same seed makes the same ones."""

    def __init__(self, corpus: Sequence[str], seed: int) -> None:
        self._corpus = corpus
        self._random = random.Random(seed)

    def text(self) -> str:
        """Return a text of the corpus with a few changes."""
        text = self._random.choice(self._corpus)
        changes: list[Callable[[list[str]], None]] = [
            *(self._delete, self._repeat, self._swap, self._insert, self._insert),
            *(self._replace, self._borrow, self._cut, self._garble),
            *(self._exchange, self._exchange, self._exchange, self._exchange),
        ]
        pieces = _PIECE.findall(text)
        for _ in range(self._random.choice((1, 1, 1, 1, 2, 2, 3, 6))):
            if pieces:
                self._random.choice(changes)(pieces)
        return "".join(pieces)[:20_000]

    def _exchange(self, pieces: list[str]) -> None:
        """Put a word in the place of another, so that the text can still be read."""
        words = [at for at, piece in enumerate(pieces) if piece[:1].isalnum()]
        others = _PIECE.findall(self._random.choice((*_WORDS, self._random.choice(self._corpus))))
        others = [other for other in others if other[:1].isalnum()]
        if words and others:
            pieces[self._random.choice(words)] = self._random.choice(others)

    def _range(self, pieces: list[str]) -> tuple[int, int]:
        start = self._random.randrange(len(pieces))
        return start, min(len(pieces), start + self._random.choice((1, 1, 2, 5, 20, 100)))

    def _delete(self, pieces: list[str]) -> None:
        start, end = self._range(pieces)
        del pieces[start:end]

    def _repeat(self, pieces: list[str]) -> None:
        start, end = self._range(pieces)
        pieces[start:start] = pieces[start:end] * self._random.choice((1, 2, 30))

    def _swap(self, pieces: list[str]) -> None:
        a, b = (self._random.randrange(len(pieces)) for _ in range(2))
        pieces[a], pieces[b] = pieces[b], pieces[a]

    def _insert(self, pieces: list[str]) -> None:
        pieces.insert(self._random.randint(0, len(pieces)), self._random.choice(_SPICE))

    def _replace(self, pieces: list[str]) -> None:
        pieces[self._random.randrange(len(pieces))] = self._random.choice(_SPICE)

    def _borrow(self, pieces: list[str]) -> None:
        """Take a run of pieces from another text, so that names and classes meet others."""
        others = _PIECE.findall(self._random.choice(self._corpus))
        if others:
            start, end = self._range(others)
            at = self._random.randint(0, len(pieces))
            pieces[at:at] = others[start:end]

    def _cut(self, pieces: list[str]) -> None:
        del pieces[self._random.randint(len(pieces) // 2, len(pieces)) :]

    def _garble(self, pieces: list[str]) -> None:
        at = self._random.randrange(len(pieces))
        piece = pieces[at]
        where = self._random.randint(0, len(piece))
        pieces[at] = piece[:where] + chr(self._random.randrange(1, 256)) + piece[where:]
