"""What `pmill diff` shows of two configurations."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import run_pmill

BEFORE = """
in :: FromDPDKDevice(0) -> c :: Counter -> s :: Strip(14) -> ttl :: DecIPTTL -> d :: Discard;
"""


def diff(folder: Path, before: str, after: str, *words: str) -> tuple[int, str]:
    (folder / "a.click").write_text(before)
    (folder / "b.click").write_text(after)
    done = run_pmill("diff", folder / "a.click", folder / "b.click", *words)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_nothing(tmp_path: Path) -> None:
    assert diff(tmp_path, BEFORE, BEFORE) == (0, "")


def test_places_comments_and_names_of_files_are_nothing(tmp_path: Path) -> None:
    after = "// moved\n\n" + BEFORE.replace(" -> ", "\n  -> ")
    assert diff(tmp_path, BEFORE, after) == (0, "")


def test_an_argument(tmp_path: Path) -> None:
    status, text = diff(tmp_path, BEFORE, BEFORE.replace("DecIPTTL", "DecIPTTL(MULTICAST false)"))
    assert status == 1
    assert text.startswith("@@ ttl :: DecIPTTL @@\n")
    changed = [line for line in text.splitlines() if line[:1] in "+-"]
    assert changed[:2] == [
        "-    static constexpr bool multicast = true;",
        "+    static constexpr bool multicast = false;",
    ]


def test_an_element_more_and_one_less(tmp_path: Path) -> None:
    after = BEFORE.replace("c :: Counter", "p :: Paint(1) -> q :: CheckPaint(1)")
    status, text = diff(tmp_path, BEFORE, after, "-O0")
    assert status == 1
    assert "@@ p :: Paint @@\n" in text
    assert text.index("@@ p :: Paint @@") < text.index("@@ c :: Counter @@")
    assert '+    parse(args.color, std::string_view("1", 1));' in text
    numbers = [line for line in text.splitlines() if "unsigned number" in line]
    assert numbers == []


def test_what_passes_remove_is_no_difference(tmp_path: Path) -> None:
    after = BEFORE.replace("-> s", "-> Null -> s")
    assert diff(tmp_path, BEFORE, after) == (0, "")
    assert diff(tmp_path, BEFORE, after, "-O0")[0] == 1


def test_wrong_words(tmp_path: Path) -> None:
    (tmp_path / "a.click").write_text(BEFORE)
    one = run_pmill("diff", tmp_path / "a.click")
    assert one.returncode != 0
    assert "expected two configurations" in one.stderr
    none = run_pmill("diff", tmp_path / "a.click", tmp_path / "no.click")
    assert (none.returncode, "PM0802" in none.stderr) == (1, True)
    level = run_pmill("diff", tmp_path / "a.click", tmp_path / "a.click", "-O7")
    assert "there is no level '7'" in level.stderr
