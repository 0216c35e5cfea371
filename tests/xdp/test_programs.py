"""Programs with ports on AF_XDP sockets, as far as they go without rights and interfaces."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import analyse, compile_config
from pmill.model import choose
from pmill.options import CompileOptions
from pmill.toolchain import libraries_for

NOWHERE = "no-such-if0"


def _compiled(text: str) -> tuple[Path, list[str]]:
    product = compile_config(Source("xdp.click", text), CompileOptions(level=0), Diagnostics())
    assert product.program is not None
    assert product.report is not None
    return product.program, product.report["ports"]


def _libraries(program: Path) -> str:
    return subprocess.run(
        ["readelf", "-d", str(program)], capture_output=True, text=True, check=True
    ).stdout


def test_only_such_programs_need_libbpf() -> None:
    program, ports = _compiled(f"FromDPDKDevice(xdp:{NOWHERE}) -> ToDPDKDevice(0);")
    assert ports == ["0", f"xdp:{NOWHERE}"]
    assert "libbpf" in _libraries(program)
    other, _ = _compiled("FromDPDKDevice(1) -> ToDPDKDevice(0);")
    assert "libbpf" not in _libraries(other)


@pytest.mark.parametrize(
    "text", ["FromDPDKDevice({}) -> Discard;", "InfiniteSource -> ToDPDKDevice({});"]
)
def test_a_missing_interface(text: str) -> None:
    program, _ = _compiled(text.format(f"xdp:{NOWHERE}"))
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    message, hint = done.stderr.splitlines()
    assert f"DPDKDevice: there is no network interface '{NOWHERE}'; this network nam" in message
    assert "ip netns exec NAMESPACE PROGRAM" in hint


def test_a_missing_interface_may_be_allowed() -> None:
    text = f"""
    FromDPDKDevice(xdp:{NOWHERE}, ALLOW_NONEXISTENT true) -> Discard;
    InfiniteSource(LIMIT 5) -> t :: ToDPDKDevice(xdp:{NOWHERE}, ALLOW_NONEXISTENT true);
    """
    program, _ = _compiled(text)
    command = [program, "-h", "t.dropped"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5" in done.stdout.split()


def test_without_libbpf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "pkg-config"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libraries_for(["kernel"]) == ()
    with pytest.raises(DiagnosticError) as error:
        libraries_for(["kernel", "xdp"])
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "PM0860"
    assert "apt-get install libbpf-dev" in str(diagnostic)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("FromDPDKDevice(xdp:{0}) -> ToDPDKDevice(xdp:{0});", "xchange"),
        ("FromDPDKDevice(xdp:{0}) -> ToDPDKDevice(0);", "overlaying"),
        ("FromDPDKDevice(xdp:{0}) -> ToDPDKDevice(pmill:0);", "overlaying"),
    ],
)
def test_buffers_are_exchanged_where_all_ports_are_such(text: str, model: str) -> None:
    graph = analyse(Source("xdp.click", text.format("e0")), CompileOptions(), Diagnostics())
    assert choose(graph, CompileOptions(), Diagnostics()).name == model


def test_two_drivers_cannot_exchange() -> None:
    text = "FromDPDKDevice(xdp:e0) -> t :: ToDPDKDevice(pmill:0);"
    options = CompileOptions(metadata="xchange")
    graph = analyse(Source("xdp.click", text), options, Diagnostics())
    with pytest.raises(DiagnosticError) as error:
        choose(graph, options, Diagnostics())
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "PM0854"
    assert "uses port pmill:0, which is of net_pmill, and others are of xdp" in str(diagnostic)
