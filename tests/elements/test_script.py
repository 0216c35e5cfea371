from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.control.programs import ask, build
from tests.elements.programs import refusal, warnings

LEVELS = pytest.mark.parametrize("level", [0, 3])
BUSY = "src :: RatedSource(RATE 10) -> c :: Counter -> d :: Discard;"


def printed(instructions: str, rest: str = BUSY, level: int = 3, folder: Path | None = None) -> str:
    done = ask(
        f"s :: Script({instructions}, stop); {rest}", "--simtime", level=level, folder=folder
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


FUNCTIONS = [
    ("$(add 1 2 3)", "6"),
    ("$(add)", "0"),
    ("$(add 1.5 1)", "2.5"),
    ("$(sub 10 1 2)", "7"),
    ("$(mul 6 7)", "42"),
    ("$(mul 9223372036854775807 2)", "1.84467440737e+19"),
    ("$(div 10 2)", "5"),
    ("$(div 10 4)", "2.5"),
    ("$(idiv 10 4)", "2"),
    ("$(idiv -7 2)", "-3"),
    ("$(mod -7 2)", "1"),
    ("$(rem -7 2)", "-1"),
    ("$(neg 5)", "-5"),
    ("$(abs -5)", "5"),
    ("$(min 3 1 2)", "1"),
    ("$(max 3 1 2)", "3"),
    ("$(eq 1 1.0)", "true"),
    ("$(eq a b)", "false"),
    ("$(ne a b)", "true"),
    ("$(gt 10 9)", "true"),
    ("$(gt 0x10 15)", "true"),
    ("$(ge 9 9)", "true"),
    ("$(lt abc abd)", "true"),
    ("$(le 2 1)", "false"),
    ("$(not true)", "false"),
    ("$(and 1 true yes)", "true"),
    ("$(or 0 false)", "false"),
    ("$(nand 1 1)", "false"),
    ("$(nor 0 0)", "true"),
    ("$(if $(eq 1 1) yes no)", "yes"),
    ("$(if false yes)", ""),
    ("$(in b a b c)", "true"),
    ("$(in x a b c)", "false"),
    ("$(length hello)", "5"),
    ("$(first a b c)", "a"),
    ('$(sprintf "%03d|%-4s|%x|%.2f|%%|%c" 7 ab 255 1.5 65)', "007|ab  |ff|1.50|%|A"),
    ("$(htons 1)", "256"),
    ("$(ntohl 0x01020304)", "67305985"),
    ("$(avg 1 2 6)", "3"),
    ("$(count a b c)", "3"),
    ("$(popcount 255)", "8"),
    ("$(gt_vec 1 2 3)", "true"),
    ("$(gt_vec 1 3 2)", "false"),
    ("$(ceil 1.2)", "2"),
    ("$(floor -1.2)", "-2"),
    ("$(round 1.5)", "2"),
    ("$(readable c.count)", "true"),
    ("$(writable c.count)", "false"),
    ("$(writable c.reset)", "true"),
    ("$(readable nobody.x)", "false"),
    ("$(c.class)", "Counter"),
    ("$(add $(c.count) 1)", "1"),
    ("$(now)", "1000000000.000000002"),
]


def test_functions() -> None:
    """All in one program: compiling one for each would take long."""
    out = printed(", ".join(f'print "{text}"' for text, _ in FUNCTIONS))
    found = dict(zip((text for text, _ in FUNCTIONS), out.split("\n"), strict=False))
    assert found == dict(FUNCTIONS)


FAILURES = [
    ("$(add x)", "'add': 'x' is no number"),
    ("$(div 1 0)", "'div': division by zero"),
    ("$(eq 1)", "'eq': wrong number of arguments"),
    ('$(sprintf "%q" 1)', "'sprintf': bad conversion"),
    ('$(sprintf "%d")', "'sprintf': too few arguments"),
    ("$(random 5 1)", "'random': bad bounds"),
    ("$(nothing 1)", "'nothing': No handler named 'nothing'"),
    ("$(x.y)", "'x.y': No element named 'x'"),
    ("$(cat /no/such/file)", "cannot be read"),
]


def test_functions_that_fail_say_so_and_give_nothing() -> None:
    instructions = ", ".join(f"print '<'{text}'>'" for text, _ in FAILURES)
    done = ask(f"Script({instructions}, stop); {BUSY}", "--simtime")
    assert done.stdout == "<>\n" * len(FAILURES)
    said = done.stderr.splitlines()
    assert len(said) == len(FAILURES)
    for line, (_, message) in zip(said, FAILURES, strict=True):
        assert message in line


@LEVELS
def test_variables(level: int) -> None:
    assert printed(
        'set x 5, print $x, set x $(add $x 1), print "x=$x ${x}y ${none-default}",'
        " init x 9, init y 1, print \"$x$y\", print $undefined, print '$x',"
        ' setq q "a b", print "<$q>", print "$$" > /dev/null',
        level=level,
    ).splitlines()[:6] == ["5", "x=6 6y default", "61", "$undefined", "$x", "<a b>"]


@LEVELS
def test_jumps(level: int) -> None:
    assert (
        printed(
            "set x 0, label again, set x $(add $x 1), goto again $(lt $x 5), print $x,"
            " goto over, print never, label over, print done",
            level=level,
        )
        == "5\ndone\n"
    )


def test_too_many_jumps() -> None:
    done = ask(f"s :: Script(label l, goto l); {BUSY}", "--simtime")
    assert done.stderr == "s :: Script: too many jumps, giving up\n"
    done = ask("Script(loop); Idle -> Discard;", "--simtime")
    assert "too many jumps, giving up" in done.stderr


@LEVELS
def test_waiting_is_exact_in_simulated_time(level: int) -> None:
    out = printed(
        "wait 0.55s, print $(c.count), wait_time 1s, print $(c.count), wait_for 450ms, print $(c.count)",
        level=level,
    )
    # Packets at 0, 0.1, 0.2 … seconds.
    assert out == "6\n16\n21\n"


@LEVELS
def test_handlers_are_read_written_and_saved(tmp_path: Path, level: int) -> None:
    done = ask(
        "Script(wait 0.35s, read c.count, write src.active false, wait 1s, save c.count out,"
        f" append c.class out, write c.reset, save c.count -, print, stop); {BUSY}",
        "--simtime",
        level=level,
        folder=tmp_path,
    )
    assert done.stderr == "c.count:\n4\n\n"
    assert (tmp_path / "out").read_text() == "4Counter"
    assert done.stdout == "0\n"


def test_printing(tmp_path: Path) -> None:
    out = printed('printn "a", print "b", print c.class', folder=tmp_path)
    assert out == "ab\nCounter\n"
    printed('print > file "one", print >> file "two"', folder=tmp_path)
    assert (tmp_path / "file").read_text() == "one\ntwo\n"


def test_errors_of_handlers_do_not_end_the_script() -> None:
    done = ask(
        f"Script(read nobody.x, write c.count 5, write src.rate x, print on, stop); {BUSY}",
        "--simtime",
    )
    assert done.stdout == "on\n"
    assert done.stderr.splitlines() == [
        "nobody.x: No element named 'nobody'",
        "c.count: No write handler named 'c.count'",
        "src.rate: 'x' is no integer",
    ]


def test_error_ends_with_a_failure() -> None:
    done = ask(f'Script(error "it broke", print never); {BUSY}', "--simtime")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "it broke\n")


@LEVELS
def test_passive_scripts_answer(level: int) -> None:
    text = (
        'f :: Script(TYPE PASSIVE, return "$(add $1 $2) of $# in $args");'
        'Script(print $(f.run 3 4), set x $(f.run 1 1), print "<$x>", stop);' + BUSY
    )
    # `return` leaves quotes where they are; `print` takes those of its own text away.
    assert ask(text, "--simtime", level=level).stdout == '7 of 2 in 3 4\n<"2 of 2 in 1 1">\n'


def test_a_proxy_answers_to_any_name() -> None:
    text = (
        'p :: Script(TYPE PROXY, returnq "$0 was asked with $args");'
        "Script(print $(p.anything 1 2), stop);" + BUSY
    )
    assert ask(text, "--simtime").stdout == "anything was asked with 1 2\n"


@LEVELS
def test_packets_run_a_script_which_chooses_the_output(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 10, STOP true)"
        " -> s :: Script(TYPE PACKET, init n 0, set n $(add $n 1), return $(mod $n 3));"
        "s[0] -> a :: Counter -> Discard; s[1] -> b :: Counter -> Discard; s[2] -> Discard;"
    )
    counters = ask(text, level=level).counters
    assert (counters["a.count"], counters["b.count"]) == (3, 4)


def test_a_script_for_packets_needs_the_only_worker() -> None:
    text = "InfiniteSource -> Script(TYPE PACKET) -> Discard;"
    for lcores in ("0@0,1@0,2@1", "0@0,1@1"):
        done = ask(text, eal=("--lcores", lcores))
        assert done.returncode == 1
        assert "runs on the main lcore, and packets do not" in done.stderr


def test_exported_variables_are_handlers() -> None:
    text = f"s :: Script(export x 5, wait 1s, print $x, stop); {BUSY} Script(write s.x 7, print $(s.x));"
    assert ask(text, "--simtime").stdout == "7\n7\n"


def test_a_script_is_stepped_from_outside() -> None:
    text = (
        f"s :: Script(print one, pause, print two, pause 2, print three, stop); {BUSY}"
        "Script(wait 1s, write s.step, wait 1s, print between, write s.step, wait 1s, write s.step 1);"
    )
    assert ask(text, "--simtime").stdout == "one\ntwo\nbetween\nthree\n"


def test_goto_from_outside() -> None:
    text = (
        f"s :: Script(TYPE PASSIVE, print never, label here, print here, stop); {BUSY}"
        "Script(wait 1s, write s.goto here);"
    )
    assert ask(text, "--simtime").stdout == "here\n"


def test_signals_run_a_script() -> None:
    text = "Script(TYPE SIGNAL USR1 USR2, print caught, stop); InfiniteSource -> Discard;"
    process = subprocess.Popen([str(build(text))], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    os.kill(process.pid, signal.SIGUSR2)
    out, _ = process.communicate(timeout=20)
    assert out.startswith("caught\n")


def test_dangerous_functions_are_private() -> None:
    from tests.control.programs import serving

    text = "s :: Script(TYPE PASSIVE, return $(cat /etc/hostname)); InfiniteSource -> Discard;"
    import tempfile

    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), text) as (client, _):
        for name in ("cat", "catq", "kill"):
            assert client.ask(f"READ s.{name} 1") == (530, f"Permission denied for 's.{name}'")
            assert client.ask(f"CHECKREAD s.{name}")[0] == 530
        assert client.ask("READ s.add 1 2") == (200, "3")


@pytest.mark.parametrize(
    ("instructions", "code", "message"),
    [
        ("prnit x", "PM0444", "unknown instruction 'prnit'"),
        ("set", "PM0445", "'set' needs more arguments"),
        ("stop now", "PM0445", "'stop' has too many arguments: 'now'"),
        ("wait_time", "PM0445", "'wait_time' needs more arguments"),
        ("save x.y", "PM0445", "'save' needs more arguments"),
        ("goto nowhere", "PM0446", "no label 'nowhere'"),
        ("label a, label a", "PM0446", "label 'a' twice"),
        ("TYPE SOMETIMES, stop", "PM0443", "no type of script is called 'SOMETIMES'"),
        ("TYPE SIGNAL KILL, stop", "PM0443", "'KILL' is no signal that can be caught"),
    ],
)
def test_scripts_that_are_wrong(instructions: str, code: str, message: str) -> None:
    text = refusal(f"Script({instructions}); Idle -> Discard;")
    assert code in text
    assert message in text


def test_its_variables_are_its_own() -> None:
    assert warnings("Script(set x 1, print $x); Idle -> Discard;") == []
    assert "'$x' is not defined" in str(warnings("Idle -> Print($x) -> Discard;"))


@pytest.mark.parametrize(
    "instructions",
    [
        "set x $(f.run), set y 1",  # which would begin again and again
        "read f.run, set y 1",
        "write f.run, set y 1",
        "label l, write f.goto l",
    ],
)
def test_a_script_that_runs_itself_is_stopped(instructions: str) -> None:
    text = (
        f"f :: Script(TYPE PASSIVE, {instructions}); Script(write f.run, print done, stop); {BUSY}"
    )
    done = ask(text, "--simtime")
    assert done.stdout == "done\n"
    assert "f :: Script: " in done.stderr


def test_a_wait_that_never_ends_is_a_long_one() -> None:
    text = f"Script(wait 9000000000s, print $(now), stop); {BUSY.replace('RATE 10', 'LIMIT 1')}"
    assert ask(text, "--simtime").stdout == "9223372036.854775806\n"


def test_numbers_at_their_limits_in_a_sanitized_program() -> None:
    least, most = "-9223372036854775808", "9223372036854775807"
    texts = [f"$(neg {least})", f"$(abs {least})", f"$(idiv {least} -1)", f"$(mod {least} -1)"]
    texts += [f"$(rem {least} -1)", "$(idiv 1e300 1)", "$(sprintf %d 1e300)", "$(sprintf %x -1)"]
    texts += [
        f"$(random {least} {most})",
        f"$(add {most} 1)",
        f"$(sub {least} 1)",
        "$(round -1e300)",
    ]
    instructions = ", ".join(f"print '<'{text}'>'" for text in texts)
    text = f"Script({instructions}, stop); {BUSY}"
    options = CompileOptions(level=0, variables={}, sanitize=("address", "undefined"))
    program = compile_config(Source("test.click", text), options, Diagnostics()).program
    done = subprocess.run(
        [str(program), "--simtime", "--stats=none"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "runtime error" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(texts)
