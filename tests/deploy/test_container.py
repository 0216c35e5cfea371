"""The scripts of the container's stages; `make test-container` runs them in bare Debians."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "container"
START = FOLDER / "start"
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that says with which words it was started."""
    file = tmp_path / "program"
    file.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    file.chmod(0o755)
    return file


def started(program: Path, *words: str, **env: str) -> list[str]:
    environment = {"PMILL_PROGRAM": str(program), "PATH": "/usr/bin:/bin", **env}
    done = subprocess.run(
        [START, *words], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("name", ["build-stage", "run-stage", "start"])
def test_scripts_are_for_any_shell(name: str) -> None:
    assert (FOLDER / name).stat().st_mode & 0o111
    subprocess.run(["dash", "-n", FOLDER / name], check=True)


def test_devices_of_a_plugin_become_arguments(program: Path) -> None:
    words = started(
        program,
        PMILL_OPTIONS="--workers 2",
        PCIDEVICE_INTEL_COM_PMILL_VF="0000:03:02.1,0000:03:02.0",
        PCIDEVICE_INTEL_COM_PMILL_VF_INFO='{"0000:03:02.0":{"generic":{}}}',
        PMILL_EAL="-m 512",
    )
    assert words == [
        "--workers",
        "2",
        "--",
        "-a",
        "0000:03:02.0",
        "-a",
        "0000:03:02.1",
        "-m",
        "512",
    ]


def test_without_devices_there_are_no_arguments_for_eal(program: Path) -> None:
    assert started(program, PMILL_OPTIONS="--stats=json") == ["--stats=json"]
    assert started(program) == [""]


def test_words_of_ones_own_replace_all(program: Path) -> None:
    assert started(program, "--help", "two words", PMILL_OPTIONS="--x") == ["--help", "two words"]


def test_the_dockerfile_runs_the_scripts() -> None:
    """Its stages are what the scripts do, and the second has nothing of the first but /out."""
    build, run = re.split(r"(?m)^FROM .* AS run$", DOCKERFILE)
    assert re.search(r"(?m)^FROM .* AS build$", build)
    assert "deploy/container/build-stage /src" in build
    assert re.findall(r"COPY --from=build (\S+) (\S+)", run) == [("/out", "/opt/pmill")]
    assert re.findall(r"(?m)^RUN (.*)$", run) == ["/opt/pmill/run-stage /opt/pmill"]
    for source in re.findall(r"(?m)^COPY (?!--)(.*) \S+$", DOCKERFILE):
        for name in source.split():
            assert (ROOT / name).exists()


def test_what_pip_needs_is_sent_to_docker() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    needed = ("pmill", "grammar", "templates", "runtime", "pyproject.toml", "README.md", "deploy")
    assert not {name for name in needed if name in ignored or f"{name}/" in ignored}
