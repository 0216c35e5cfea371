"""The page of `pmill explain` in a browser: clicking, keys, both graphs, and large ones."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmill.explain.page import html_page
from tests.browser.conftest import Open
from tests.conftest import ROOT
from tests.explain.kit import explained
from tests.explain.test_page import NASTY

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

CSS = "css selector"
ENTER, ESCAPE, TAB, RIGHT, LEFT = "\ue007", "\ue00c", "\ue004", "\ue014", "\ue012"


def link(browser: Chrome, label: str, *, graph: str = "after") -> WebElement:
    """The box of an element, `name :: Class`, in one of the graphs."""
    return browser.find_element(CSS, f'#picture-{graph} a[aria-label="{label}"]')


def shown(browser: Chrome) -> list[str]:
    """The names of the elements about which something is shown."""
    articles = browser.find_elements(CSS, "#elements article")
    return [a.get_attribute("data-name") or "" for a in articles if a.is_displayed()]


def text_of(browser: Chrome) -> str:
    return browser.find_element(CSS, "article.selected").text


def test_a_click_shows_an_element(show: Open) -> None:
    browser = show()
    assert shown(browser) == []
    link(browser, "kind :: Classifier").click()
    assert shown(browser) == ["kind"]
    text = text_of(browser)
    assert "Classifier(12/0800, 12/0806 20/0001, -)" in text
    assert "Machine instructions: " in text
    assert "mixed.click:1" in text
    assert browser.current_url.endswith("#element-2")
    link(browser, "u :: Unqueue").click()
    assert shown(browser) == ["u"]
    assert "BURST stays changeable" in text_of(browser)
    browser.back()
    assert shown(browser) == ["kind"]


def test_the_generated_code_unfolds(show: Open) -> None:
    browser = show()
    link(browser, "check :: CheckIPHeader").click()
    code = browser.find_element(CSS, "article.selected pre.generated")
    assert not code.is_displayed()
    browser.find_element(CSS, "article.selected summary").click()
    assert code.is_displayed()
    assert "struct check_ {" in code.text


def test_a_program_is_drawn(show: Open) -> None:
    browser = show()
    link(browser, "filter :: IPFilter").click()
    drawn = browser.find_element(CSS, "article.selected .program svg")
    assert drawn.is_displayed()
    assert drawn.size["width"] > 100
    assert "IP byte" in drawn.text


def test_before_and_after(show: Open) -> None:
    browser = show()
    before, after = (browser.find_element(CSS, f"#picture-{g}") for g in ("before", "after"))
    assert (before.is_displayed(), after.is_displayed()) == (False, True)
    assert browser.find_elements(CSS, '#picture-after a[aria-label="n :: Null"]') == []
    browser.find_element(CSS, "label[for=show-before]").click()
    assert (before.is_displayed(), after.is_displayed()) == (True, False)
    link(browser, "n :: Null", graph="before").click()
    assert shown(browser) == ["n"]
    assert "The passes removed it" in text_of(browser)
    assert "left out: it only passes packets on" in text_of(browser)
    browser.find_element(CSS, "label[for=show-after]").click()
    assert (before.is_displayed(), after.is_displayed()) == (False, True)


def test_the_keyboard_does_everything(show: Open) -> None:
    browser = show()
    browser.find_element(CSS, "#show-after").send_keys(LEFT)
    assert browser.find_element(CSS, "#picture-before").is_displayed()
    browser.find_element(CSS, "#show-before").send_keys(RIGHT)
    browser.find_element(CSS, "#show-after").send_keys(TAB)
    for _ in range(20):  # first the picture, which scrolls, then its elements in their order
        active = browser.switch_to.active_element
        if (active.get_attribute("aria-label") or "").startswith("p ::"):
            break
        active.send_keys(TAB)
    active = browser.switch_to.active_element
    assert active.get_attribute("aria-label") == "p :: Paint"
    outline = browser.execute_script(
        "return getComputedStyle(arguments[0].querySelector('rect.body')).strokeWidth", active
    )
    assert outline == "3px"  # one sees where one is
    active.send_keys(ENTER)
    assert shown(browser) == ["p"]
    assert link(browser, "p :: Paint").get_attribute("aria-current") == "true"
    browser.switch_to.active_element.send_keys(ESCAPE)
    assert shown(browser) == []
    assert browser.find_elements(CSS, "[aria-current]") == []


def test_links_of_tables_lead_to_elements(show: Open) -> None:
    browser = show()
    row = browser.find_element(CSS, "#hot-path tbody a")
    browser.execute_script("arguments[0].scrollIntoView()", row)
    row.click()
    assert shown(browser) == ["s"]


def test_an_address_with_an_element(show: Open) -> None:
    browser = show()
    browser.get(browser.current_url + "#element-2")
    assert shown(browser) == ["kind"]
    browser.refresh()
    assert shown(browser) == ["kind"]


def test_texts_of_a_configuration_do_nothing(show: Open) -> None:
    browser = show(NASTY)
    assert browser.execute_script("return window.hurt") is None
    assert browser.find_elements(CSS, "img") == []
    link(browser, "q :: Print").click()
    assert "<img src=x onerror=alert(1)>" in text_of(browser)


def test_without_scripts_everything_can_be_read(
    chrome_without_scripts: Chrome, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(html_page(explained()), encoding="utf-8")
    browser = chrome_without_scripts
    browser.get(page.as_uri())
    assert browser.find_elements(CSS, ".scripted") == []
    assert set(shown(browser)) == set(explained().before.elements)
    link(browser, "kind :: Classifier").click()
    assert browser.current_url.endswith("#element-2")
    browser.find_element(CSS, "label[for=show-before]").click()
    assert browser.find_element(CSS, "#picture-before").is_displayed()
    assert browser.title.startswith("mixed.click")


@pytest.mark.parametrize("example", ["router", "firewall-lite"])
def test_examples(show: Open, example: str) -> None:
    text = (ROOT / "examples" / f"{example}.click").read_text()
    browser = show(text)
    links = browser.find_elements(CSS, "#picture-after a")
    assert len(links) == len(explained(text).after.elements)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", links[-1])
    links[-1].click()
    assert len(shown(browser)) == 1


def large(elements: int) -> str:
    """Ways of ten elements each behind a classifier."""
    ways = elements // 10
    patterns = ", ".join(f"12/{n:04x}" for n in range(ways))
    chains = "\n".join(
        f"c[{n}] -> " + " -> ".join(f"e{n}x{k} :: Counter" for k in range(9)) + " -> Discard;"
        for n in range(ways)
    )
    return f"FromDPDKDevice(0) -> c :: Classifier({patterns});\n{chains}\n"


def test_a_thousand_elements(show: Open) -> None:
    text = large(1000)
    x = explained(text, sanitize=("address",))  # laid out, but not compiled: that is not the page
    assert len(x.after.elements) > 1000
    browser = show(text, sanitize=("address",))
    assert len(browser.find_elements(CSS, "#picture-after a")) == len(x.after.elements)
    loaded = browser.execute_script(
        "const t = performance.getEntriesByType('navigation')[0];"
        "return t.domContentLoadedEventEnd - t.startTime"
    )
    assert loaded < 5_000  # milliseconds
    start = time.monotonic()
    box = link(browser, "e50x5 :: Counter")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", box)
    box.click()
    assert browser.find_element(CSS, "article.selected").get_attribute("data-name") == "e50x5"
    assert time.monotonic() - start < 5
