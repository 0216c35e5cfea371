"""Which metadata model a configuration's program has, and what it says when there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import compile_config, stages
from pmill.model import Model, choose
from pmill.options import CompileOptions
from tests.conftest import Compiled, Pmill, driver_of_the_nic

NIC = "FromDPDKDevice(pmill:0) -> ToDPDKDevice({});"


def model_of(text: str, **options: object) -> Model:
    given = CompileOptions(level=0, **options)  # type: ignore[arg-type]
    graph, _ = stages(Source("t.click", text), given, Diagnostics())
    return choose(graph, given, Diagnostics())


@pytest.mark.parametrize("other", ["pmill:1", "pmill:0", "net_pmill1"])
def test_ports_of_the_software_nic_exchange(other: str) -> None:
    model = model_of(NIC.format(other))
    assert (model.name, model.drivers) == ("xchange", ("net_pmill",))


@pytest.mark.parametrize("other", ["0", "net_null0", "0000:01:00.0", "net_pmill"])
def test_another_port_overlays_and_the_driver_is_contained(other: str) -> None:
    model = model_of(NIC.format(other))
    assert (model.name, model.drivers) == ("overlaying", ("net_pmill",))
    assert other in model.why


def test_ports_whose_driver_the_command_line_names() -> None:
    text = "FromDPDKDevice(0) -> ToDPDKDevice(1);"
    assert model_of(text, ports={"0": "net_pmill"}).name == "overlaying"
    both = model_of(text, ports={"0": "net_pmill", "1": "net_pmill"})
    assert (both.name, both.drivers) == ("xchange", ("net_pmill",))


def test_the_kernel_wants_mbufs() -> None:
    model = model_of("FromDPDKDevice(pmill:0) -> ToHost(fake0);")
    assert model.name == "overlaying"
    assert "ToHost@2" in model.why


def test_no_port() -> None:
    assert model_of("InfiniteSource -> Discard;").name == "overlaying"
    assert model_of("InfiniteSource -> Discard;", metadata="xchange").drivers == ()


@pytest.mark.parametrize("name", ["copying", "overlaying", "xchange"])
def test_what_is_asked_for(name: str) -> None:
    assert model_of(NIC.format("pmill:1"), metadata=name).name == name


def test_every_obstacle_is_an_error() -> None:
    text = "FromDPDKDevice(0) -> ToDPDKDevice(pmill:0);\nFromDPDKDevice(pmill:1) -> ToHost(fake0);"
    with pytest.raises(DiagnosticError) as caught:
        model_of(text, metadata="xchange")
    said = [(d.code, d.span.line if d.span else 0) for d in caught.value.diagnostics]
    assert said == [("PM0854", 1), ("PM0854", 2)]


@pytest.mark.parametrize("ports", [{"0": "net_pmil"}, {"1": "net_pmill"}])
def test_ports_that_cannot_be(ports: dict[str, str]) -> None:
    with pytest.raises(DiagnosticError, match="PM0855"):
        model_of("FromDPDKDevice(0) -> Discard;", ports=ports)


def test_malformed_port(pmill: Pmill, tmp_path: Path) -> None:
    done = pmill("compile", "-", "--port", "0", stdin="Idle -> Discard;")
    assert done.returncode == 1
    assert "PM0855" in done.stderr


def test_the_model_is_told(pmill: Pmill, tmp_path: Path) -> None:
    words = ("--verbose", "-o", tmp_path / "program")
    done = pmill("compile", "-", *words, stdin="FromDPDKDevice(pmill:0) -> Discard;")
    assert "metadata             xchange: all ports are of net_pmill" in done.stderr.splitlines()


def test_names_of_packetmill() -> None:
    text = "FromDPDKDeviceXCHG(pmill:0) -> ToDPDKDeviceXCHG(pmill:0);"
    assert model_of(text).name == "xchange"


def test_another_driver_is_refused_by_name(compiled: Compiled, tmp_path: Path) -> None:
    config = tmp_path / "config.click"
    config.write_text("FromDPDKDevice(0) -> Discard;")
    program = compiled(config, "--port=0=net_pmill")
    command = [program, "--duration", "1", "--", "--vdev", "net_null0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "port 0 (net_null0) is of the driver net_null" in done.stderr
    assert "exchanges buffers with net_pmill alone" in done.stderr
    assert "--metadata=overlaying" in done.stderr


def test_a_model_is_part_of_what_a_program_is_made_of(tmp_path: Path) -> None:
    text = "FromDPDKDevice(pmill:0) -> Discard;"
    source = Source("t.click", text)
    with driver_of_the_nic():
        programs = {
            compile_config(source, CompileOptions(metadata=m), Diagnostics()).program
            for m in ("auto", "overlaying")
        }
    assert len(programs) == 2
