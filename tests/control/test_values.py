"""Values that handlers are given are read by the rules of a configuration's arguments."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.elaborate.test_argument_types import INVALID, VALID

CHECKS = Path(__file__).resolve().parent / "value_checks.cc"
TYPES = [t for t in VALID if not t.startswith("Anno") and t not in ("String", "Word", "Filename")]
# Numbers with more digits than the widest type of the processor has, and an address alone, which a
# handler takes for a network of one.
APART = {
    ("double", "1e-999999"),
    ("Duration", "1e999999"),
    ("Timestamp", "1286287234.0000000015"),
    ("IPPrefix", "1.2.3.4"),
}


@pytest.mark.parametrize("flags", [["-O2"], ["-O1", "-fsanitize=address,undefined"]])
def test_values(root: Path, tmp_path: Path, flags: list[str]) -> None:
    clang = shutil.which("clang++-19") or shutil.which("clang++")
    assert clang is not None
    folders = [root / "runtime/include", root / "runtime/src"]
    told = subprocess.run(["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True)
    subprocess.run(
        [
            *(clang, "-std=c++20", "-w", *told.stdout.split(), *flags),
            *("-fno-sanitize-recover=all", *(f"-I{folder}" for folder in folders)),
            *(CHECKS, "-o", tmp_path / "checks"),
        ],
        check=True,
    )
    texts = {t: [x for x in (*VALID[t], *INVALID[t]) if (t, x) not in APART] for t in TYPES}
    asked = [(t, x) for t in TYPES for x in texts[t]]
    done = subprocess.run(
        [tmp_path / "checks"],
        input="".join(f"{t}\t{x}\n" for t, x in asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.split("\n")[:-1]
    for (type_, text), answer in zip(asked, answers, strict=True):
        if text in VALID[type_]:
            plain = str(float(answer)) if type_ == "double" else answer
            assert plain == VALID[type_][text], (type_, text)
        else:
            wrong = " is out of range" if "out of range" in INVALID[type_][text] else " is no "
            assert answer.startswith(f"'{text}'{wrong}"), (type_, text, answer)
