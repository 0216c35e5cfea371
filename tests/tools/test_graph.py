"""`pmill graph`: pictures of configurations as SVG, dot and JSON."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from lark import Lark

from pmill.diagnostics import Diagnostics, Source
from pmill.drawing import arrange, picture_of
from pmill.driver import analyse
from pmill.graph import PipelineGraph
from pmill.options import CompileOptions
from pmill.tools.graph import drawn
from tests.conftest import ROOT, Pmill
from tests.drawing.kit import check

EXAMPLES = sorted((ROOT / "examples").glob("*.click"))
MIXED = """\
elementclass Inner { input -> Queue(5) -> output }
src :: InfiniteSource(DATA "a<b&\\"c\\"", LIMIT 3) -> t :: Tee(3);
t[0] -> o :: { input -> i :: Inner -> Strip(14) -> output } -> Unqueue -> Discard;
t[1] -> c :: Classifier(12/0800, -) -> e :: ICMPError(1.0.0.1, unreachable) -> c;
c[1] -> Discard;
t[2] -> Discard;
names :: AddressInfo(x 1.0.0.2);
"""
# https://graphviz.org/doc/info/lang.html, as far as records with ports need it.
DOT = r"""
    graph: "digraph" STRING "{" statement* "}"
    statement: (node | edge | attributes | subgraph | setting) ";"? | subgraph
    subgraph: "subgraph" STRING "{" statement* "}"
    attributes: ("graph" | "node" | "edge") list
    node: end list
    edge: end "->" end list
    end: STRING (":" NAME)~0..2
    list: "[" (setting ("," setting)*)? "]"
    setting: NAME "=" (NAME | NUMBER | STRING)
    STRING: /"([^"\\]|\\.)*"/s
    NAME: /[A-Za-z_]\w*/
    NUMBER: /\d+(\.\d+)?/
    %ignore /\s+/
"""


def graph_of(text: str, name: str = "x.click") -> PipelineGraph:
    diags = Diagnostics()
    return analyse(Source(name, text), CompileOptions(), diags)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_are_drawn_well(path: Path) -> None:
    graph = graph_of(path.read_text(), path.name)
    check(arrange(picture_of(graph)))
    check_svg(drawn(graph, "svg"))
    check_dot(drawn(graph, "dot"), graph)


def check_svg(text: str) -> ET.Element:
    """Check that a picture is XML and that nothing of it is outside of its page."""
    tree = ET.fromstring(text)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    left, top, width, height = map(float, tree.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    for element in tree.iter():
        for x, y in places(element):
            assert 0 <= x <= width
            assert 0 <= y <= height
    return tree


def places(element: ET.Element) -> list[tuple[float, float]]:
    at = element.attrib
    if "points" in at:
        return [tuple(map(float, pair.split(","))) for pair in at["points"].split()]
    if "d" in at:
        return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+),([\d.-]+)", at["d"])]
    if "x" in at:
        x, y = float(at["x"]), float(at["y"])
        return [(x, y), (x + float(at.get("width", 0)), y + float(at.get("height", 0)))]
    return []


def check_dot(text: str, graph: PipelineGraph) -> None:
    """Check that a text is what Graphviz reads, and that all elements and connections are in it."""
    tree = Lark(DOT, start="graph").parse(text)
    assert len(list(tree.find_data("node"))) == len(graph.elements)
    assert len(list(tree.find_data("edge"))) == len(graph.connections)
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg"], input=text, text=True, check=True, capture_output=True)


def test_svg_says_everything() -> None:
    graph = graph_of(MIXED)
    check(arrange(picture_of(graph)))
    tree = check_svg(drawn(graph, "svg"))
    titles = {title.text for title in tree.iter("{http://www.w3.org/2000/svg}title")}
    assert 'src :: InfiniteSource("a<b&\\"c\\"", 3)\nx.click:2' in titles
    assert {"o", "o/i", "t[1] -> [0]c: push"} <= titles
    assert "e[0] -> [0]c: push, rarely taken" in titles
    kinds = [path.attrib["class"] for path in tree.iter("{http://www.w3.org/2000/svg}path")]
    assert {"wire push", "wire pull", "wire push rare"} == set(kinds)
    shown = [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"InfiniteSource", "src", "Queue", "rarely taken"} <= set(shown)
    assert "Queue@1" not in shown
    assert shown.count("2") == 1  # the output of t that has this number


def test_dot_nests_compounds() -> None:
    graph = graph_of(MIXED)
    text = drawn(graph, "dot")
    check_dot(text, graph)
    assert text.index('subgraph "cluster o"') < text.index('subgraph "cluster o/i"')
    assert '"t":o1:s -> "c":n [color="#2563eb", tooltip="t[1] -> [0]c"];' in text
    assert '"o/i/Queue@1":s -> "o/Strip@2":n [color="#c2410c"' in text
    assert re.search(r'"e":s -> "c":n \[color="#2563eb", style=dashed', text)
    assert r'label="{InfiniteSource\nsrc\n\"a\<b&\\\"c\\\"\",\ 3}"' in text


def test_json() -> None:
    told = json.loads(drawn(graph_of(MIXED), "json"))
    elements = {element.pop("name"): element for element in told["elements"]}
    assert elements["o/i/Queue@1"] == {
        "class": "Queue",
        "config": "5",
        "inputs": ["push"],
        "outputs": ["pull"],
        "file": "x.click",
        "line": 1,
    }
    assert elements["t"]["outputs"] == ["push"] * 3
    assert {
        "from": "o/i/Queue@1",
        "from_port": 0,
        "to": "o/Strip@2",
        "to_port": 0,
        "kind": "pull",
        "rare": False,
    } in told["connections"]
    inner = {"name": "o/i", "elements": ["o/i/Queue@1"], "compounds": []}
    assert told["compounds"] == [{"name": "o", "elements": ["o/Strip@2"], "compounds": [inner]}]


def test_the_form_is_named_by_the_file(pmill: Pmill, tmp_path: Path) -> None:
    text = "Idle -> Discard;"
    assert pmill("graph", "-e", text).stdout.startswith("digraph")
    assert pmill("graph", "-e", text, "--format=json", "-o", tmp_path / "a.svg").returncode == 0
    assert json.loads((tmp_path / "a.svg").read_text())["elements"]
    for name, begin in (
        ("a.svg", "<svg "),
        ("a.json", "{"),
        ("a.dot", "digraph"),
        ("a", "digraph"),
    ):
        done = pmill("graph", "-o", tmp_path / name, stdin=text)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (tmp_path / name).read_text().startswith(begin)


def test_what_is_wrong(pmill: Pmill) -> None:
    done = pmill("graph", "-e", "Idle -> Discrad;")
    assert (done.returncode, done.stdout) == (1, "")
    assert "PM0301" in done.stderr
    done = pmill("graph", "--format=png", "-e", "Idle -> Discard;")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[PM0801]: --format=png: no such format" in done.stderr


def test_nothing_is_drawn_as_nothing() -> None:
    graph = graph_of("Idle -> Discard;").with_elements(())
    check_svg(drawn(graph, "svg"))
    check_dot(drawn(graph, "dot"), graph)
    assert json.loads(drawn(graph, "json")) == {"elements": [], "connections": [], "compounds": []}


def test_names_of_many_parts() -> None:
    name = "/".join("ab" * 400)
    picture = picture_of(graph_of(f"{name} :: Idle -> a/b/c :: Null -> Discard;"))
    check(arrange(picture))
    assert [c.name for c in picture.root.compounds] == ["a"]


@pytest.mark.slow
def test_a_large_configuration() -> None:
    rng = random.Random(1)
    lines = [f"e{i} :: Tee(2);" for i in range(500)]
    lines += [
        f"e{i}[{port}] -> e{min(i + rng.randint(1, 4), 499)};"
        for i in range(499)
        for port in (0, 1)
    ]
    lines += ["e499[0] -> Discard; e499[1] -> Discard; Idle -> e0;"]
    lines += [f"Idle -> e{i};" for i in range(1, 500)]
    check_svg(drawn(graph_of("\n".join(lines)), "svg"))
