"""A headless Chromium, and pages in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmill.explain.page import html_page
from tests.explain.kit import explained

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Open = Callable[..., "Chrome"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


def started(*, scripts: bool = True) -> Chrome:
    """Start Chromium; without `scripts`, pages have none."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--window-size=1600,1000", "--disable-dev-shm-usage"):
        options.add_argument(word)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses to run as root with one
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not scripts:
        forbidden = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", forbidden)
    return Chrome(options=options, service=ChromeService("/usr/bin/chromedriver"))


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    browser = started()
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def chrome_without_scripts() -> Iterator[Chrome]:
    browser = started(scripts=False)
    yield browser
    browser.quit()


@pytest.fixture
def show(chrome: Chrome, tmp_path: Path) -> Iterator[Open]:
    """Open the page of a configuration; at the end, nothing was said on the console or loaded."""

    def opened(text: str | None = None, **rest: object) -> Chrome:
        page = tmp_path / "page.html"
        x = explained() if text is None else explained(text, **rest)  # type: ignore[arg-type]
        page.write_text(html_page(x), encoding="utf-8")
        chrome.get_log("browser")
        chrome.get_log("performance")
        chrome.get("about:blank")
        chrome.get(page.as_uri())
        return chrome

    yield opened
    assert chrome.get_log("browser") == []
    asked = [row["message"] for row in chrome.get_log("performance")]
    sent = [row for row in asked if '"Network.requestWillBeSent"' in row]
    assert sent
    assert not [row for row in sent if "http://" in row.replace("http://www.w3.org", "")]
