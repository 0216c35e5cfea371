"""The page: everything is in it, nothing of the configuration is taken for HTML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser

import pytest

from pmill.elaborate.lowerings.classifier import program_text
from pmill.explain.page import html_page
from pmill.explain.programs import decision_programs, picture_of_program, question
from pmill.explain.workers import worker_rows
from pmill.match.byte_program import NEVER, Step
from tests.conftest import ROOT
from tests.explain.kit import MIXED, explained

VOID = {"meta", "input", "link", "br"}
NASTY = """\
a :: FromDPDKDevice(0) -> p :: Print("</script><script>window.hurt=1</script>")
  -> q :: Print("<img src=x onerror=alert(1)> & \\"double\\" 'single' {{ 7*7 }} {% raw %}") -> Discard;
"""


class Page(HTMLParser):
    """Reads a page: elements, attributes, texts; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, tag: str) -> str:
        return "\n".join(text for inside, text in self.texts if inside == tag)


PAGES = [MIXED, NASTY, (ROOT / "examples" / "router-static.click").read_text()]


@pytest.mark.parametrize("text", PAGES, ids=["mixed", "nasty", "router"])
def test_well_formed_and_alone(text: str) -> None:
    page = Page(html_page(explained(text)))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert Counter(ids).most_common(1)[0][1] == 1
    targets = [a.get("href", "") for a in page.of("a")]
    assert {t for t in targets if t.startswith("#")} <= {f"#{i}" for i in ids}
    assert all(t.startswith("#") for t in targets)
    assert [a["href"] for a in page.of("link")] == ["data:,"]
    for attributes in (a for _, a in page.tags):
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert len(page.of("script")) == 1
    assert not re.search(r"url\(|@import", page.text("style"))


def test_nothing_of_a_configuration_is_html() -> None:
    html = html_page(explained(NASTY))
    page = Page(html)
    assert len(page.of("script")) == 1
    assert page.of("img") == []
    assert "hurt" not in page.text("script")
    assert 'Print("<img src=x onerror=alert(1)> & \\"double\\" \'single\' {{ 7*7 }}' in page.text(
        "pre"
    )
    assert "49" not in page.text("pre").split("onerror")[1][:60]


def test_every_element_has_its_own_article() -> None:
    x = explained()
    page = Page(html_page(x))
    names = [a["data-name"] for a in page.of("article")]
    assert names == list(x.before.elements)
    generated = page.text("pre")
    for name, ident in x.idents.items():
        assert f"struct {ident} {{" in generated, name
    removed = set(x.before.elements) - set(x.after.elements)
    assert len([a for a in page.of("p") if a.get("class") == "removed"]) == len(removed) == 4


def test_both_graphs_lead_to_the_articles() -> None:
    x = explained()
    html = html_page(x)
    links = re.findall(r'<a href="#element-\d+" aria-label="([^"]*)"', html)
    assert len(links) == len(x.before.elements) + len(x.after.elements)
    assert links.count("kind :: Classifier") == 2
    assert links.count("n :: Null") == 1
    for svg in re.findall(r"<svg xmlns.*?</svg>", html, re.S):
        ET.fromstring(svg)


def test_it_says_what_the_text_says() -> None:
    page = Page(html_page(explained()))
    text = " ".join(text for _, text in page.texts)
    assert "BURST stays changeable: it is marked with a !" in text
    assert "pmill::TransmitBuffer::send" in text
    assert "Machine instructions: " in text
    assert "16/00" not in page.text("style")
    assert f"The metadata model is {explained().model.name}: {explained().model.why}" in text
    rows = list(worker_rows(explained().before))
    assert rows
    for name, verdict, meaning in rows:
        assert {name, verdict, meaning} <= {said for _, said in page.texts}
    assert program_text(next(decision_programs(explained().after.elements["kind"])).steps) in text


def test_programs_are_drawn() -> None:
    e = explained().after.elements["kind"]
    (program,) = decision_programs(e)
    picture = picture_of_program(e, program)
    names = {box.name for box in picture.root.boxes}
    assert {"step 0", "output 0", "output 1", "output 2"} <= names
    assert {w.source.element for w in picture.wires} | {
        w.target.element for w in picture.wires
    } == names
    assert [w.rare for w in picture.wires if w.source.element == "step 0"] == [False, True]
    (program,) = decision_programs(explained().after.elements["filter"])
    assert program.headers == 3
    assert any("IP byte" in question(step, 3) for step in program.steps)


@pytest.mark.parametrize(
    ("step", "headers", "text"),
    [
        (Step(offset=12, mask=0xFFFF0000, value=0x08060000, yes=0, no=NEVER), 1, "bytes 12\N{EN DASH}13 = 0806"),
        (Step(offset=20, mask=0x00FF0000, value=0x00060000, yes=0, no=NEVER), 1, "byte 21 = 06"),
        (Step(offset=4, mask=0x1FFF, value=0, yes=0, no=NEVER), 1, "bytes 6\N{EN DASH}7 & 1fff = 0000"),
        (Step(offset=264, mask=0x00FF0000, value=0x00060000, yes=0, no=1), 3, "IP byte 9 = 06"),
        (Step(offset=512, mask=0xFFFF, value=80, yes=0, no=1), 3, "transport bytes 2\N{EN DASH}3 = 0050"),
        (Step(offset=300, mask=0xFF000000, value=0, yes=0, no=1), 1, "byte 300 = 00"),
        (Step(offset=8, mask=0, value=2, yes=0, no=1), 1, "length ≥ 10"),
        (Step(offset=0, mask=0, value=0, yes=0, no=0), 1, "every packet"),
    ],
)  # fmt: skip
def test_questions(step: Step, headers: int, text: str) -> None:
    assert question(step, headers) == text


def test_a_large_program_has_no_picture_but_its_text() -> None:
    patterns = ", ".join(f"12/{n:04x}" for n in range(100))
    outputs = "".join(f"c[{n}] -> d;" for n in range(1, 100))
    text = f"FromDPDKDevice(0) -> c :: Classifier({patterns}) -> d :: Discard; {outputs}"
    html = html_page(explained(text))
    assert 'class="program"' not in html
    assert "99  12/00630000%ffff0000" in html
