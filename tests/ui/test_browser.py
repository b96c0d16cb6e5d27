"""The page in a real Chromium: what a person does, and what a hostile document must not."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from fpdf import FPDF
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from index.build import build
from index.settings import BUNDLED_MODEL
from tests.conftest import QUESTIONS, ROOT, SEEDS
from tests.ingest.test_pdf import PARAGRAPHS, pdf

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
HOSTILE = (
    "Hostile notes\n\nThe hostile gadget weighs 77 grams <script>window.hacked = 1</script> "
    "<img src=x onerror='window.hacked = 1'> ![x](https://example.org/x.png) [y](javascript:window.hacked=1) "
    "{{window.hacked = 1}} ${window.hacked = 1} in all, as every one of its makers will say when asked.\n"
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(home: Path, seeds_index_folder: Path) -> Iterator[str]:
    """The real page over a copy of the seeds and one hostile document."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import serve
    from ui.services import Library

    seeds, folder = home / "seeds", home / "index"
    shutil.copytree(SEEDS, seeds)
    (seeds / "hostile.txt").write_text(HOSTILE)
    (seeds / "lamps.pdf").write_bytes(pdf(PARAGRAPHS, title="On Lamps"))
    folder.mkdir()
    (folder / "models").symlink_to(seeds_index_folder / "models")
    build(seeds, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    library = Library(seeds, folder, model=BUNDLED_MODEL, threshold=0.5)
    app = serve(library, host="127.0.0.1", port=port, mcp=True, wait=False)
    yield f"http://127.0.0.1:{port}"
    app.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A page that fails the test when it asks for anything but its own server, or runs a script of a document."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    fresh = context.new_page()
    hosts: set[str | None] = set()
    fresh.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    fresh.goto(site)
    fresh.wait_for_selector("#question textarea")
    yield fresh
    assert fresh.evaluate("window.hacked") is None
    assert hosts <= {"127.0.0.1", None}
    context.close()


def ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange[data-status] .question").last).to_have_text(question, timeout=20_000)


def test_a_citation_opens_its_document_with_the_quote_marked(page: Page) -> None:
    ask(page, "Is there any upside to drinking hard water?")
    page.locator(".chip").first.click()
    expect(page.locator("#document mark")).to_have_count(1, timeout=20_000)
    assert page.locator("#document mark").inner_text() == page.locator(".card blockquote").first.inner_text()
    expect(page.locator("#document mark")).to_be_in_viewport()


def test_a_citation_in_a_pdf_opens_its_page_with_the_lines_marked(page: Page) -> None:
    ask(page, "What did the keeper do on day 20?")
    place = page.locator(".card .details").first
    expect(place).to_contain_text("lamps.pdf")
    expect(place).to_contain_text("page 2")
    page.locator(".chip").first.click()
    expect(page.locator("#document .sheet img")).to_be_visible(timeout=20_000)
    lines = page.locator("#document .line")
    assert lines.count() >= 1
    expect(lines.first).to_be_in_viewport()
    expect(page.locator("#document figcaption")).to_contain_text("page 2 of")
    page.locator("#document summary").click()
    assert page.locator("#document mark").inner_text() == page.locator(".card blockquote").first.inner_text()
    page.get_by_label("Page before").click()
    expect(page.locator("#document figcaption")).to_contain_text("page 1 of", timeout=20_000)
    assert lines.count() == 0


def test_a_follow_up_is_understood_with_the_question_before(page: Page) -> None:
    ask(page, "What is TRPM6?")
    ask(page, "And how does it differ from TRPM7?")
    understood = page.locator(".understood")
    expect(understood).to_have_count(1)
    expect(understood.locator("em")).to_have_text("And how does TRPM6 differ from TRPM7?")
    page.get_by_text("Ask it as written").click()
    expect(page.locator(".exchange[data-status]")).to_have_count(3, timeout=20_000)
    expect(understood).to_have_count(1)


def test_the_map_shows_the_question_and_opens_passages(page: Page) -> None:
    ask(page, "What is XMEN?")
    page.get_by_role("tab", name="Map").click()
    points = page.locator("#map .point")
    expect(points.first).to_be_visible(timeout=30_000)
    assert points.count() > 150
    assert page.locator("#map .ring").count() == 10
    point = points.nth(20)
    point.hover()
    assert page.locator("#map .excerpt").inner_text() == point.get_attribute("data-text")
    point.click()
    expect(page.locator("#map-document mark")).to_have_count(1, timeout=20_000)
    points.first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.classList.contains('point')")
    page.keyboard.press("ArrowLeft")
    page.locator("#map .key").first.click()
    assert page.locator("#map .point.dim").count() > 0


def test_the_quality_page_shows_the_last_evaluation(page: Page, home: Path) -> None:
    page.get_by_role("tab", name="Quality").click()
    expect(page.locator("#quality")).to_contain_text("python -m qa eval", timeout=20_000)
    command = [sys.executable, "-m", "qa", "eval", str(QUESTIONS), "--index", str(home / "index")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("tab", name="Quality").click()
    expect(page.locator("#quality svg")).to_have_count(2, timeout=20_000)
    expect(page.locator("#quality table.kinds tbody tr")).to_have_count(15)


def test_a_thumb_is_kept(page: Page, home: Path) -> None:
    ask(page, "Which sleep hormone does magnesium help to regulate?")
    page.get_by_label("This is right").click()
    expect(page.get_by_label("This is right")).to_have_attribute("aria-pressed", "true")
    kept = home / "index" / "feedback" / "judged.jsonl"
    for _ in range(50):
        if kept.is_file():
            break
        page.wait_for_timeout(100)
    assert "melatonin" in kept.read_text(encoding="utf-8")


def test_an_abstention_offers_the_nearest_passages(page: Page) -> None:
    ask(page, "Who won the men's football World Cup in 2018?")
    expect(page.locator(".verdict")).to_have_text("The documents don’t say.")
    expect(page.locator(".related li")).to_have_count(3)
    page.locator(".related .place").first.click()
    expect(page.locator("#document mark")).to_have_count(1, timeout=20_000)


def test_a_question_in_the_address_is_asked_at_once(page: Page, site: str) -> None:
    page.goto(f"{site}/?q={quote('What is XMEN?')}")
    expect(page.locator(".exchange[data-status='answered'] .question")).to_have_text("What is XMEN?", timeout=20_000)


def test_examples_come_from_the_library_and_can_be_asked(page: Page) -> None:
    page.locator(".examples button:visible").first.click()
    expect(page.locator(".exchange[data-status]")).to_have_count(1, timeout=20_000)


def test_a_hostile_document_and_question_are_shown_as_text(page: Page) -> None:
    ask(
        page, "How much does the hostile gadget weigh <img src=x onerror='window.hacked=1'> {{7*7}} ${window.hacked=1}?"
    )
    page.locator("[data-open]").first.click()
    expect(page.locator("#document mark")).to_have_count(1, timeout=20_000)
    assert "<script>" not in page.locator("#document mark").inner_html()
    assert page.locator("#conversation img, #document img, #conversation script, #document script").count() == 0


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    page.locator("#question textarea").focus()
    page.keyboard.type("What is XMEN?")
    page.keyboard.press("Enter")
    expect(page.locator(".exchange[data-status]")).to_have_count(1, timeout=20_000)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('chip')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#document mark")).to_be_focused(timeout=20_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_shows_everything_in_one_column(chromium: Browser, site: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site)
    page.wait_for_selector("#question textarea")
    ask(page, "What is XMEN?")
    for tab, shown in (
        ("Library", "table.library"),
        ("Map", "#map svg"),
        ("Quality", "#quality section"),
        ("Ask", ".exchange"),
    ):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(shown).first).to_be_visible(timeout=30_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(22, 23, 26)") is (scheme == "dark")
    context.close()


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm install --no-save axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_stands_in_anyones_way(chromium: Browser, site: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/?q={quote('What is XMEN?')}")
    expect(page.locator(".exchange[data-status]")).to_have_count(1, timeout=20_000)
    page.locator(".chip").first.click()
    expect(page.locator("#document mark")).to_have_count(1, timeout=20_000)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for tab, shown in (
        ("Ask", "#conversation"),
        ("Library", "table.library"),
        ("Map", "#map svg"),
        ("Quality", "#quality"),
    ):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(shown)).to_be_visible(timeout=20_000)
        page.wait_for_timeout(500)
        found = page.evaluate("axe.run()")["violations"]
        serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        assert serious == []
    context.close()


def test_programs_ask_through_named_endpoints(site: str) -> None:
    client = Client(site, verbose=False)
    assert client.predict("What is XMEN?", None, api_name="/ask")["status"] == "answered"
    hits = client.predict("hard water", "003_58da0025e11e9692.txt", api_name="/search")
    assert {hit["document"] for hit in hits} == {"003_58da0025e11e9692.txt"}
    assert len(client.predict(api_name="/list_documents")) >= 6
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {"/ask", "/search", "/list_documents", "/get_passage"}
    passage = client.predict(hits[0]["passage"], api_name="/get_passage")
    assert passage["text"] == hits[0]["text"]
    assert "".join(passage["text"].split()) == "".join("".join(one["text"].split()) for one in passage["sentences"])
    with pytest.raises(AppError, match="no passage of the index"):
        client.predict("nothing", api_name="/get_passage")


def test_agents_ask_through_mcp(site: str) -> None:
    async def use() -> tuple[list[Any], list[Any]]:
        async with streamable_http_client(f"{site}/mcp") as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            documents = await session.call_tool("list_documents")
            asked = await session.call_tool("ask", {"question": "What is XMEN?"})
            found = await session.call_tool("search", {"question": "hard water"})
            hit = json.loads(found.content[0].text)  # type: ignore[union-attr]
            passage = await session.call_tool("get_passage", {"passage": hit["passage"]})
            lost = await session.call_tool("get_passage", {"passage": "nothing"})
            assert len(documents.content) >= 6
            return tools, [*(json.loads(done.content[0].text) for done in (asked, passage)), lost]  # type: ignore[union-attr]

    tools, (asked, passage, lost) = ThreadPoolExecutor(1).submit(lambda: asyncio.run(use())).result()
    assert [tool.name for tool in tools] == ["ask", "search", "list_documents", "get_passage"]
    assert all(tool.annotations.readOnlyHint for tool in tools)
    assert asked["status"] == "answered"
    assert passage["sentences"]
    assert lost.isError
    assert "no passage of the index" in lost.content[0].text


def test_nothing_is_held_open_for_agents(site: str) -> None:
    assert httpx.get(f"{site}/mcp", headers={"Accept": "text/event-stream"}, timeout=5).status_code == 405


@pytest.mark.parametrize("path", ["/", "/mcp", "/gradio_api/info", "/gradio_api/call/ask", "/gradio_api/upload"])
@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_other_sites_are_refused(site: str, path: str, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        assert httpx.request(method, site + path, headers=headers).status_code == 403


def test_a_pdf_is_added_asked_and_removed_while_another_page_is_open(
    page: Page, chromium: Browser, site: str, tmp_path: Path
) -> None:
    other = chromium.new_page()
    other.goto(site)
    other.wait_for_selector("#question textarea")
    paper = FPDF()
    paper.add_page()
    paper.set_font("Helvetica", size=12)
    paper.multi_cell(0, 6, "The northern lighthouse was built in 1834 and its lamp burns 19 litres of oil each night.")
    paper.output(str(tmp_path / "lighthouse.pdf"))
    page.get_by_role("tab", name="Library").click()
    page.set_input_files("#files input[type=file]", str(tmp_path / "lighthouse.pdf"))
    page.wait_for_timeout(1000)
    page.click("#add")
    expect(page.locator("#progress")).to_contain_text("1 added", timeout=60_000)
    expect(page.locator("#library")).to_contain_text("lighthouse.pdf")
    question = "How many litres of oil does the lamp of the northern lighthouse burn each night?"
    for reader in (other, page):
        reader.get_by_role("tab", name="Ask").click()
        ask(reader, question)
        expect(reader.locator(".sentence").first).to_contain_text("19 litres")
    expect(page.locator(".card .details").first).to_contain_text("page 1")
    page.get_by_role("tab", name="Library").click()
    page.locator("#remove-name input").click()
    page.get_by_role("option", name="lighthouse.pdf").click()
    page.locator("#sure input").check()
    page.click("#remove")
    expect(page.locator("#progress")).to_contain_text("1 removed", timeout=60_000)
    other.reload()
    other.wait_for_selector("#question textarea")
    ask(other, question)
    expect(other.locator(".exchange[data-status='abstained']")).to_have_count(1)
    other.close()
