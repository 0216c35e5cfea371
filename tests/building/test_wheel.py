"""The package as users have it: made of the source distribution, in an environment of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from pmill.cache import cache_dir
from tests.conftest import ROOT, once
from tests.traffic import read_pcap, router_mix, write_frames

pytestmark = pytest.mark.xdist_group("wheel")


def run(*words: object, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is made of nothing else."""
    folder = tmp_path_factory.mktemp("packed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    run("tar", "-xzf", sdist, cwd=folder)
    (source,) = (path for path in folder.iterdir() if path.is_dir())
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def installed(wheel: Path) -> Path:
    """The environment in which the wheel, and nothing else of pmill, is installed.

    What pmill imports is that of this interpreter, so that nothing is fetched. The environment is
    kept beside pmill's cache while the wheel stays the same: its runtime is compiled once.
    """
    name = hashlib.sha256(wheel.read_bytes()).hexdigest()[:16]
    parent = cache_dir() / "installed"
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / name
    complete = folder / "complete"
    with once(folder):
        if not complete.exists():
            venv.create(folder, with_pip=False, clear=True)
            (packages,) = folder.glob("lib/python*/site-packages")
            theirs = [path for path in sys.path if path.endswith("site-packages")]
            # Only folders: files *.pth in them, such as that of an editable pmill, are not read.
            (packages / "dependencies.pth").write_text("".join(f"{path}\n" for path in theirs))
            pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install")
            # Whatever is seen through the list of folders stays where it is.
            run(*pip, "--no-index", "--no-deps", "--ignore-installed", wheel, cwd=parent)
            complete.touch()
    return folder


def outside() -> dict[str, str]:
    """An environment that leads nowhere into the checkout."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "CLICKPATH")}


def test_everything_is_in_it(packed: tuple[Path, Path]) -> None:
    tracked = run("git", "ls-files", "pmill", "grammar", "templates", "runtime", cwd=ROOT).split()
    assert len(tracked) > 500
    with zipfile.ZipFile(packed[1]) as wheel:
        names = set(wheel.namelist())
    moved = {f if f.startswith("pmill/") else f"pmill/_data/{f}" for f in tracked}
    assert moved - names == set()
    with tarfile.open(packed[0]) as sdist:
        members = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    more = run("git", "ls-files", "tests", "examples", "docs", "bench", cwd=ROOT).split()
    assert {*tracked, *more, "Makefile", "apt-packages.txt", "LICENSE"} - members == set()


def test_it_is_reproducible(packed: tuple[Path, Path], tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (again,) = tmp_path.glob("*.whl")
    assert again.read_bytes() == packed[1].read_bytes()


def test_it_compiles_and_runs_the_router(packed: tuple[Path, Path], tmp_path: Path) -> None:
    home = installed(packed[1])
    pmill = home / "bin" / "pmill"
    env = outside()
    where = run(
        home / "bin" / "python", "-c", "import pmill; print(pmill.__file__)", cwd=tmp_path, env=env
    )
    assert Path(where.strip()).is_relative_to(home)
    for tool in ("cmake", "meson", "pkgconfig"):
        folder = Path(run(pmill, f"--{tool}dir", cwd=tmp_path, env=env).strip())
        assert folder.is_relative_to(home)
        assert any(folder.iterdir())
    assert "DecIPTTL" in run(pmill, "elements", cwd=tmp_path, env=env)
    assert "PM0301" in run(pmill, "explain", "PM0301", cwd=tmp_path, env=env)

    config = tmp_path / "router.click"
    config.write_bytes((ROOT / "examples" / "router-static.click").read_bytes())
    frames = router_mix(6, 300, 0)
    given = write_frames(tmp_path / "in.pcap", frames)
    run(pmill, "compile", config, "-o", "router", cwd=tmp_path, env=env)
    run(pmill, "run", config, "--pcap", f"0={given}", "--out", "1=out.pcap", cwd=tmp_path, env=env)
    assert len(list(read_pcap(tmp_path / "out.pcap"))) > 100
    assert "usage" in run("./router", "--help", cwd=tmp_path, env=env).lower()


def test_the_flags_of_pkg_config_lead_into_it(packed: tuple[Path, Path], tmp_path: Path) -> None:
    home = installed(packed[1])
    folder = run(home / "bin" / "pmill", "--pkgconfigdir", cwd=tmp_path, env=outside()).strip()
    env = outside() | {"PKG_CONFIG_PATH": folder}
    flags = run("pkg-config", "--cflags", "pmill", cwd=tmp_path, env=env).split()
    header = ROOT / "examples" / "build" / "elements" / "ip" / "limitipttl.hh"
    words = ("-fsyntax-only", "-x", "c++", "-march=native", *flags, header)
    run("clang++-19", *words, cwd=tmp_path, env=env)
