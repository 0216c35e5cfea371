"""`pmill test` as a whole: what it runs, what it says, how it ends."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_pmill


def run(
    tmp_path: Path, text: str | None, *words: object, name: str = "t.clicktest"
) -> subprocess.CompletedProcess[str]:
    """Run a test file in its own directory."""
    if text is not None:
        (tmp_path / name).write_text(text)
    return run_pmill("test", *words, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})


def test_success(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\necho a; cat\n%stdin\nb\n%stdout\na\nb\n", "t.clicktest")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "clicktest: 1 success, 0 failures, 0 skipped\n"
    assert [p.name for p in tmp_path.iterdir()] == ["t.clicktest"], "nothing is left"


def test_a_difference(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\necho a\n%stdout\nb\n", "t.clicktest")
    assert done.returncode == 1
    assert done.stdout == (
        "t.clicktest: FAILED\n"
        "t.clicktest:3: stdout differs from what is expected\n"
        "--- t.clicktest:3: expected\n+++ stdout\n@@ -1,1 +1,1 @@\n-b\n+a\n"
        "clicktest: 0 successes, 1 failure, 0 skipped\n"
    )


@pytest.mark.parametrize(
    ("script", "line", "command"),
    [
        ("true\n\nfalse\ntrue\n", 4, "false"),
        ("echo 'a\nb'\nfalse\n", 4, "false"),
        ("cat <<X\nit's\nX\nfalse # why\n", 5, "false # why"),
        ("if true; then\n  true\nfi\nfalse\n", 5, "false"),
        ("f () {\n  true\n}\nf \\\n  && false\n", 5, "f \\"),
        ("for i in 1 2; do\n  test $i = 1\ndone\n", 2, "for i in 1 2; do"),
        ("(\n  exit 3\n)\n", 2, "("),
    ],
)
def test_a_command_that_fails(tmp_path: Path, script: str, line: int, command: str) -> None:
    done = run(tmp_path, f"%script\n{script}", "t.clicktest")
    assert done.returncode == 1
    status = 3 if "exit 3" in script else 1
    assert f"t.clicktest:{line}: failed with status {status}: {command}\n" in done.stdout


def test_what_a_failing_script_said_is_shown(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\necho oh >&2; false\n%stderr\nother\n", "t.clicktest")
    assert "t.clicktest:2: failed with status 1: echo oh >&2; false\n    oh\n" in done.stdout


def test_a_signal(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\nkill -SEGV $$\n", "t.clicktest")
    assert "t.clicktest:2: was ended by SIGSEGV: kill -SEGV $$\n" in done.stdout


def test_a_missing_file(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\ntrue\n%expect out\nx\n", "t.clicktest")
    assert done.returncode == 1
    assert "t.clicktest:3: out was not written\n" in done.stdout


def test_skipping(tmp_path: Path) -> None:
    text = "%require\ntrue\nfalse\n%script\ntouch ../ran\n%eot\n%script\n:\n"
    done = run(tmp_path, text, "t.clicktest")
    assert done.returncode == 0
    assert done.stdout == (
        "t.clicktest[1]: skipped\n    t.clicktest:3: requirement failed: false\n"
        "clicktest: 1 success, 0 failures, 1 skipped\n"
    )
    assert not (tmp_path / "ran").exists()


def test_a_requirement_runs_before_files_are_written(tmp_path: Path) -> None:
    done = run(tmp_path, "%require\ntest ! -e f\n%script\ntest -e f\n%file f\n", "t.clicktest")
    assert done.returncode == 0


def test_when_everything_is_skipped(tmp_path: Path) -> None:
    done = run(tmp_path, "%require -q\nfalse\n%script\n:\n", "t.clicktest")
    assert (done.returncode, done.stdout) == (1, "clicktest: 0 successes, 0 failures, 1 skipped\n")


def test_a_timeout(tmp_path: Path) -> None:
    begin = time.monotonic()
    done = run(tmp_path, "%script\ntrue\nsleep 60\n", "-t", 2.5, "t.clicktest")
    assert time.monotonic() - begin < 20
    assert done.returncode == 1
    assert "t.clicktest:3: timed out after 2.5 sec: sleep 60\n" in done.stdout


def test_where_a_timeout_was_is_known_under_nohup(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        done = run(tmp_path, "%script\ntrue\nsleep 60\n", "-t", 2.5, "t.clicktest")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert "t.clicktest:3: timed out after 2.5 sec: sleep 60\n" in done.stdout


def test_what_a_script_leaves_running_is_ended(tmp_path: Path) -> None:
    text = "%script\n(trap '' HUP; sleep 31.4159) &\necho $! >../pid\n"
    assert run(tmp_path, text, "t.clicktest").returncode == 0
    pid = (tmp_path / "pid").read_text().strip()
    for _ in range(50):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} still runs")


def test_unreadable_files(tmp_path: Path) -> None:
    run(tmp_path, "%script\n:\n", name="good.clicktest")
    done = run(tmp_path, "%nonsense\n", "good.clicktest", "t.clicktest", "missing.clicktest")
    assert done.returncode == 2
    assert done.stderr == (
        "t.clicktest:1: there is no section %nonsense\n"
        "missing.clicktest: No such file or directory\n"
    )
    assert done.stdout == "clicktest: 1 success, 0 failures, 0 skipped\n"


def test_an_expression_that_only_perl_can(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\necho x\n%stdout\n{{\\p{L}}}\n", "t.clicktest")
    assert done.returncode == 2
    assert done.stderr == "t.clicktest:4: '\\p{L}' contains '\\p', which only Perl can do\n"


def test_directories_are_searched(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "x.testie").write_text("%script\n:\n")
    (tmp_path / "a" / "y.clicktest").write_text("%script\n:\n")
    (tmp_path / "a" / "z.txt").write_text("%nonsense\n")
    assert "2 successes" in run(tmp_path, None, "a").stdout
    assert "2 successes" in run(tmp_path, None).stdout


def test_the_environment(tmp_path: Path) -> None:
    (tmp_path / "cmd").write_text("#!/bin/sh\necho from $rundir\n")
    (tmp_path / "cmd").chmod(0o755)
    text = '%script\n./cmd\necho "$LC_ALL $A"\nhidden\n%stdout\nfrom ..\nC b c\nh\n'
    own = tmp_path / "own"
    own.mkdir()
    (own / "hidden").write_text("#!/bin/sh\necho h\n")
    (own / "hidden").chmod(0o755)
    done = run(tmp_path, text, "-p", "own", "A=b c", "t.clicktest")
    assert done.returncode == 0, done.stdout


def test_shims_are_found(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\nnot false\nnot not true\ncommand -v click\n", "t.clicktest")
    assert done.returncode == 0, done.stdout


def test_verbosity(tmp_path: Path) -> None:
    text = "%info\nWhat it is about.\n%script\necho a\n%stdout\nb\n%eot\n%script\n:\n"
    once = run(tmp_path, text, "-V", "t.clicktest").stdout
    assert "t.clicktest[2]: ok (" in once
    assert "about" not in once
    assert "    What it is about.\n" in run(tmp_path, text, "-VV", "t.clicktest").stdout
    quiet = run(tmp_path, text, "-q", "t.clicktest")
    assert quiet.stdout == "clicktest: 1 success, 1 failure, 0 skipped\n"


def test_showing_files(tmp_path: Path) -> None:
    text = "%script\necho a\necho b >f\necho c >g\n%ignore stdout\n%expect f\nb\n"
    shown = run(tmp_path, text, "-s", "g", "t.clicktest").stdout
    assert shown.startswith("t.clicktest: g:\nc\n")
    everything = run(tmp_path, text, "-S", "t.clicktest").stdout
    assert everything.startswith("t.clicktest: f:\nb\nt.clicktest: stdout:\na\n")


def test_expanding(tmp_path: Path) -> None:
    text = "%script\ntouch ran\n%file d/a b\nx\n"
    done = run(tmp_path, text, "-e", "t.clicktest")
    assert (done.returncode, done.stdout) == (0, "t.clicktest: d/a\nt.clicktest: b\n")
    assert (tmp_path / "d" / "a").read_text() == "x\n"
    assert not (tmp_path / "ran").exists()


def test_preserving(tmp_path: Path) -> None:
    done = run(tmp_path, "%script\necho a >out\n", "--preserve-temporaries", "t.clicktest")
    assert done.returncode == 0
    (kept,) = tmp_path.glob("clicktest*/out")
    assert kept.read_text() == "a\n"


def test_jobs_run_at_once(tmp_path: Path) -> None:
    text = "%eot\n".join(
        f"%script\ntouch ../{n}\nwhile ! test -e ../{1 - n}; do sleep 0.05; done\n" for n in (0, 1)
    )
    assert run(tmp_path, text, "-j2", "-t", 10, "t.clicktest").returncode == 0
    assert run(tmp_path, "%script\n:\n", "-j", "t.clicktest").returncode == 0
    assert run(tmp_path, "%script\n:\n", "-j", 0, "t.clicktest").returncode == 2
