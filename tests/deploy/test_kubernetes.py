"""The manifests in deploy/kubernetes: against Kubernetes' own schemas, and against pmill."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT, run_pmill

FOLDER = ROOT / "deploy" / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
CORE = ("v1", "apps/v1")
VERSION = "1.31"


def documents(path: Path) -> list[dict[str, Any]]:
    return [d for d in yaml.safe_load_all(path.read_text()) if d]


def daemon_sets() -> list[dict[str, Any]]:
    return [d for path in FILES for d in documents(path) if d["kind"] == "DaemonSet"]


def test_there_is_one_for_each_plugin() -> None:
    resources = [
        name
        for d in daemon_sets()
        for name in d["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
        if "/" in name
    ]
    assert sorted(resources) == ["afxdp/pmill", "intel.com/pmill_vf"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_kubernetes_defines_is_valid(path: Path) -> None:
    known = [d for d in documents(path) if d["apiVersion"] in CORE]
    for document in known:
        kubernetes_validate.validate(document, VERSION, strict=True)
    assert known or path.name == "af-xdp-network.yaml"


def test_the_check_finds_what_is_wrong() -> None:
    document = daemon_sets()[0]
    document["spec"]["template"]["spec"]["containers"][0]["imagee"] = "x"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, VERSION, strict=True)


def test_pods_are_guaranteed_their_cpus() -> None:
    """Whole CPUs, and requests that are limits: else the CPU manager shares them out."""
    for daemon_set in daemon_sets():
        (container,) = daemon_set["spec"]["template"]["spec"]["containers"]
        resources = container["resources"]
        assert resources["requests"] == resources["limits"]
        assert resources["limits"]["cpu"].isdigit()
        options = {e["name"]: e["value"] for e in container["env"]}["PMILL_OPTIONS"].split()
        assert options[options.index("--workers") + 1] == resources["limits"]["cpu"]


def test_selectors_select() -> None:
    for daemon_set in daemon_sets():
        spec = daemon_set["spec"]
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
        mounts = {m["name"] for m in spec["template"]["spec"]["containers"][0]["volumeMounts"]}
        assert mounts == {v["name"] for v in spec["template"]["spec"]["volumes"]}


def test_programs_know_the_options(tmp_path: Path) -> None:
    """Those of the manifests, by a program that only checks itself."""
    config = tmp_path / "x.click"
    config.write_text("InfiniteSource(LIMIT 1) -> Discard;")
    program = tmp_path / "program"
    assert run_pmill("compile", config, "-o", program).returncode == 0
    start = ROOT / "deploy" / "container" / "start"
    for daemon_set in daemon_sets():
        (container,) = daemon_set["spec"]["template"]["spec"]["containers"]
        env = {e["name"]: e["value"] for e in container["env"]}
        env["PMILL_OPTIONS"] = (
            env["PMILL_OPTIONS"].replace("/run/pmill", str(tmp_path)) + " --check"
        )
        env |= {"PMILL_PROGRAM": str(program), "PATH": "/usr/bin:/bin"}
        done = subprocess.run([start], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("{")
