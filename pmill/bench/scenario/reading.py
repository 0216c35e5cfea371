"""TOML -> Scenario. Whatever is wrong is told with the file and the place in it: PM0907."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from pmill.bench.scenario.frames import arp_reply, recipe
from pmill.bench.scenario.model import (
    MEASURES,
    Alternative,
    ByHand,
    ByTestpmd,
    Check,
    Compiled,
    Peer,
    Scenario,
    Sweep,
    Traffic,
)
from pmill.diagnostics import DiagnosticError, did_you_mean, fail

_CHECKOUT: Final = Path(__file__).resolve().parents[3]
SCENARIOS: Final = _CHECKOUT / "bench"
_KINDS: Final[dict[str, type[Alternative]]] = {
    "pmill": Compiled,
    "by hand": ByHand,
    "testpmd": ByTestpmd,
}
_MODES: Final = ("io", "mac", "macswap", "rxonly", "txonly", "csum")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,),
    "str": (str,),
    "bool": (bool,),
    "float": (int, float),
    "list": (list,),
    "table": (dict,),
}


def known() -> list[str]:
    """Return the names of the scenarios that come with pmill, in order."""
    return sorted(str(p.relative_to(SCENARIOS).with_suffix("")) for p in SCENARIOS.rglob("*.toml"))


def find(name: str) -> Path:
    """Return the file of a scenario: a path, or a name in bench/. PM0907 when there is none."""
    path = Path(name)
    if path.suffix == ".toml":
        if path.is_file():
            return path
    elif (path := SCENARIOS / f"{name}.toml").is_file():
        return path
    there = known()
    hint = did_you_mean(name, there) or f"there are {', '.join(there) or 'none here'}"
    raise fail("PM0907", f"there is no scenario '{name}'", hint=hint)


def load(path: Path, peers: Mapping[str, Path] | None = None) -> Scenario:
    """Read a scenario; each of `peers` runs the configuration of the first program of pmill's."""
    try:
        text = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise fail("PM0907", f"cannot read {path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise fail("PM0907", f"{path} is not TOML: {error}") from None
    return _Reader(path).scenario(text, peers or {})


class _Reader:
    """Reads one file, and knows where it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def scenario(self, text: dict[str, Any], peers: Mapping[str, Path]) -> Scenario:
        allowed = {
            "title": "str",
            "config": "str",
            "ports": "int",
            "measures": "list",
            "reference": "str",
            "floor": "str",
            "variables": "list",
            "writes": "list",
            "traffic": "table",
            "alternative": "list",
            "check": "list",
            "sweep": "table",
            "published": "table",
            "times": "int",
        }
        self._only(text, allowed, "the scenario")
        self._needs(text, ("title", "alternative"), "the scenario")
        alternatives = tuple(self._alternatives(text))
        alternatives += tuple(self._peers(alternatives, peers))
        names = [a.name for a in alternatives]
        for name in names:
            if names.count(name) > 1:
                raise self._wrong(f"two alternatives are called '{name}'")
        ports = text.get("ports", 1)
        if ports not in (1, 2):
            raise self._wrong(f"ports: {ports}; one or two can be measured")
        for measure in text.get("measures", []):
            if measure not in MEASURES:
                hint = did_you_mean(str(measure), list(MEASURES)) or ", ".join(MEASURES)
                raise self._wrong(f"unknown measure '{measure}'", hint)
        for role in ("reference", "floor"):
            if role in text:
                self._alternative(text[role], names, role)
        if text.get("times", 1) < 1:
            raise self._wrong(f"times is {text['times']}", "1 or more")
        return Scenario(
            name=self._path.stem,
            title=text["title"],
            path=self._path,
            ports=1 if ports == 1 else 2,
            traffic=self._traffic(text.get("traffic", {})),
            alternatives=alternatives,
            measures=tuple(text.get("measures", ["cycles"])),
            reference=text.get("reference"),
            floor=text.get("floor"),
            checks=tuple(self._check(c, names, text) for c in text.get("check", [])),
            sweep=self._sweep(text["sweep"]) if "sweep" in text else None,
            published=text.get("published"),
            times=text.get("times", 1),
        )

    def _alternatives(self, text: dict[str, Any]) -> Iterator[Alternative]:
        for number, table in enumerate(text["alternative"], 1):
            where = f"alternative {number}"
            if not isinstance(table, dict):
                raise self._wrong(f"{where} is not a table", "write [[alternative]]")
            kind = table.pop("kind", None)
            if kind not in _KINDS:
                raise self._wrong(f"{where}: kind is {kind!r}", f"one of {', '.join(_KINDS)}")
            cls = _KINDS[kind]
            if cls is Compiled:
                for inherited in ("config", "variables", "writes"):
                    if inherited in text:
                        table.setdefault(inherited, text[inherited])
            allowed = {f.name: _kind_of(str(f.type)) for f in fields(cls)}
            self._only(table, allowed, where)
            self._needs(table, ("name",), where)
            match cls:
                case _ if cls is Compiled:
                    self._needs(table, ("config",), where)
                    yield self._compiled(table, where)
                case _ if cls is ByTestpmd:
                    if table.get("mode", "macswap") not in _MODES:
                        raise self._wrong(
                            f"{where}: testpmd has no mode '{table['mode']}'", ", ".join(_MODES)
                        )
                    yield ByTestpmd(**table)
                case _:
                    self._needs(table, ("program",), where)
                    yield ByHand(**(table | {"options": _words(table, "options")}))

    def _compiled(self, table: dict[str, Any], where: str) -> Compiled:
        level = table.get("level", 3)
        if level not in range(4):
            raise self._wrong(f"{where}: level is {level}", "0 to 3")
        return Compiled(
            name=table["name"],
            config=self._file(table["config"], where),
            level=level,
            metadata=table.get("metadata", "auto"),
            include=tuple(self._file(word, where) for word in table.get("include", [])),
            edits=self._edits(table, where),
            variables=_words(table, "variables"),
            writes=_words(table, "writes"),
            passes_off=_words(table, "passes_off"),
        )

    def _edits(self, table: Mapping[str, Any], where: str) -> dict[str, str]:
        edits: dict[str, str] = table.get("edits", {})
        text = self._file(table["config"], where).read_text()
        for old, new in edits.items():
            if not isinstance(new, str):
                raise self._wrong(f"{where}: edits: {new!r} is no text")
            if old not in text:
                raise self._wrong(f"{where}: there is no '{old}' in {table['config']}")
        return dict(edits)

    def _peers(
        self, alternatives: tuple[Alternative, ...], peers: Mapping[str, Path]
    ) -> Iterator[Peer]:
        own = next((a for a in alternatives if isinstance(a, Compiled)), None)
        if peers and own is None:
            raise self._wrong("a peer needs a configuration, and no program of pmill's has one")
        for name, path in peers.items():
            assert own is not None
            yield Peer(name=name, path=path, config=own.config, variables=own.variables)

    def _file(self, word: str, where: str) -> Path:
        """A file or folder: beside the scenario, or in the checkout."""
        for folder in (self._path.parent, _CHECKOUT):
            if (folder / word).exists():
                return (folder / word).resolve()
        raise self._wrong(f"{where}: there is no {word}", f"beside {self._path} or in the checkout")

    def _traffic(self, table: dict[str, Any]) -> Traffic:
        words = {"size": "", "protocols": "str", "popularity": "str", "capture": "str"}
        self._only(table, words | {"flows": "int", "packets": "int", "replies": "list"}, "traffic")
        for reply in _words(table, "replies"):
            try:
                arp_reply(reply)
            except ValueError:
                raise self._wrong(f"traffic: '{reply}' is no reply", "IP MAC IP MAC") from None
        for number in ("flows", "packets"):
            if not 1 <= table.get(number, 1) <= 1 << 20:
                raise self._wrong(f"traffic: 1 to {1 << 20} {number}, not {table[number]}")
        if "capture" in table:
            table = table | {"capture": self._file(table["capture"], "traffic")}
        lists = {"replies": _words(table, "replies"), "size": str(table.get("size", 64))}
        traffic = Traffic(**(table | lists))
        try:
            recipe(traffic)
        except DiagnosticError as error:
            raise self._wrong(f"traffic: {error.diagnostics[0].message}") from None
        return traffic

    def _check(self, table: dict[str, Any], names: list[str], text: dict[str, Any]) -> Check:
        allowed = {"value": "str", "of": "str", "against": "", "control": "bool"}
        self._only(table, {**allowed, "at_most": "", "at_least": ""}, "check")
        self._needs(table, ("of", "against"), "check")
        if ("at_most" in table) == ("at_least" in table):
            raise self._wrong("check: it has either at_most or at_least")
        least = "at_least" in table
        limits = table["at_least" if least else "at_most"]
        value, against = table.get("value", "cycles"), table["against"]
        if value not in ("cycles", "work"):
            raise self._wrong(f"check: value is '{value}'", "cycles or work")
        if value == "work" and "floor" not in text:
            raise self._wrong("check: work lies above a floor, and none is named")
        against = {against: 1.0} if isinstance(against, str) else against
        limits = limits if isinstance(limits, dict) else {"no-huge": limits, "huge": limits}
        if unknown := set(limits) - {"no-huge", "huge"}:
            raise self._wrong(f"check: unknown memory mode '{min(unknown)}'", "no-huge or huge")
        for name in (table["of"], *against):
            self._alternative(name, names, "check")
        return Check(
            value=value,
            of=table["of"],
            against=against,
            limits=limits,
            least=least,
            control=table.get("control", False),
        )

    def _sweep(self, table: dict[str, Any]) -> Sweep:
        self._only(table, {"over": "str", "values": "list"}, "sweep")
        self._needs(table, ("over", "values"), "sweep")
        if table["over"] not in ("size", "flows"):
            raise self._wrong(f"sweep: over '{table['over']}'", "size or flows")
        for value in table["values"]:
            self._traffic({table["over"]: value})
        return Sweep(over=table["over"], values=tuple(table["values"]))

    def _alternative(self, name: str, names: list[str], where: str) -> None:
        if name not in names:
            raise self._wrong(
                f"{where}: there is no alternative '{name}'",
                did_you_mean(str(name), names) or f"there are {', '.join(names)}",
            )

    def _only(self, table: Mapping[str, Any], allowed: Mapping[str, str], where: str) -> None:
        for key, value in table.items():
            if key not in allowed:
                hint = did_you_mean(key, list(allowed)) or f"there are {', '.join(allowed)}"
                raise self._wrong(f"{where}: unknown key '{key}'", hint)
            kind = allowed[key]
            right = not kind or isinstance(value, _TYPES[kind])
            if not right or (kind == "int" and isinstance(value, bool)):
                raise self._wrong(f"{where}: {key} is no {kind}: {value!r}")

    def _needs(self, table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
        for key in keys:
            if key not in table:
                raise self._wrong(f"{where}: {key} is missing")

    def _wrong(self, what: str, hint: str | None = None) -> DiagnosticError:
        return fail("PM0907", f"{self._path}: {what}", hint=hint)


def _words(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in table.get(key, ()))


def _kind_of(annotation: str) -> str:
    if annotation.startswith("tuple"):
        return "list"
    if annotation.startswith("Mapping"):
        return "table"
    return {"int": "int", "bool": "bool"}.get(annotation, "str")
