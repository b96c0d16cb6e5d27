"""Make the pictures in this folder anew, from the real page over the seeds: ``python docs/pictures.py``.

Needs Debian's chromium and the development dependencies.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

from fpdf import FPDF
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.build import build  # noqa: E402
from index.search import Index  # noqa: E402
from index.settings import BUNDLED_MODEL  # noqa: E402
from qa.answer import answer  # noqa: E402
from qa.confidence import THRESHOLD  # noqa: E402
from qa.evaluate import evaluate, judged, keep, read_questions, report  # noqa: E402
from qa.render import Style, answer_text  # noqa: E402
from ui.app import serve  # noqa: E402
from ui.services import Library  # noqa: E402

DOCS = ROOT / "docs"
QUESTIONS = ROOT / "tests" / "data" / "magnesium.jsonl"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def as_pdf(text: Path, target: Path) -> None:
    """A plain text as a PDF, so that there is a page to show."""
    paper = FPDF()
    paper.set_title("Magnesium and Neuropathy: The Link and Potential Effects")
    paper.set_font("Times", size=13)
    paper.add_page()
    body = (
        text.read_text(encoding="utf-8")
        .replace("’", "'")
        .replace("—", " - ")
        .encode("latin-1", "ignore")
        .decode("latin-1")
    )
    paper.multi_cell(0, 6.2, body)
    paper.output(str(target))


@contextmanager
def site() -> Iterator[tuple[str, Path, Path]]:
    """The page over a copy of the seeds, with an evaluation; its address, the documents' folder and the index's."""
    with tempfile.TemporaryDirectory() as name:
        seeds, folder = Path(name) / "seeds", Path(name) / "index"
        shutil.copytree(ROOT / "seeds", seeds)
        build(seeds, folder)
        index = Index.open(folder)
        questions = judged(read_questions(QUESTIONS), QUESTIONS)
        outcomes = evaluate(questions, index, lambda question: answer(question, index, threshold=0.0), THRESHOLD)
        keep(report(outcomes, of=QUESTIONS.name, index=index.build_id), folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        app = serve(
            Library(seeds, folder, model=BUNDLED_MODEL, threshold=THRESHOLD), host="127.0.0.1", port=port, wait=False
        )
        yield f"http://127.0.0.1:{port}", seeds, folder
        app.close()


def ask(page: Page, question: str) -> None:
    """Ask and wait for the answer."""
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    last = "q => [...document.querySelectorAll('.exchange[data-status] h2')].pop()?.innerText === q"
    page.wait_for_function(last, arg=question)


def opened(browser: Browser, address: str, size: dict[str, int], scheme: str = "light") -> Page:
    """A fresh page."""
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(address)
    page.wait_for_selector("#question textarea")
    page.wait_for_timeout(1500)
    return page


def in_terminal(question: str, index: Index) -> str:
    """An answer as the terminal shows it, without what is also related, as SVG."""
    found = replace(answer(question, index), hits=())
    # The marks cannot occur in what is shown, which holds no control characters.
    shown = answer_text(found, 92, Style(dim="\1d", mark="\1c", end="\2"))
    lines = [f'\1p$ make ask Q="{question}"', "", *shown.splitlines()]
    height = 58 + 19 * len(lines)
    texts = "".join(terminal_line(line, 58 + 19 * at) for at, line in enumerate(lines) if line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 {height}" width="820" height="{height}" role="img" '
        'aria-label="An answer in the terminal">\n'
        '<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;'
        "fill:#d8dee9}.p{fill:#a3be8c}.c{fill:#88c0d0}.d{fill:#a0a8b8}</style>\n"
        f'<rect width="820" height="{height}" rx="12" fill="#1f2430"/>\n'
        '<circle cx="24" cy="22" r="6" fill="#bf616a"/><circle cx="44" cy="22" r="6" fill="#ebcb8b"/>'
        f'<circle cx="64" cy="22" r="6" fill="#a3be8c"/>\n{texts}</svg>\n'
    )


def terminal_line(line: str, y: int) -> str:
    """One line of a terminal; where it is coloured, a mark tells the class."""
    before, mark, after = line.replace("\2", "").partition("\1")
    style = f' class="{after[0]}"' if mark else ""
    return f'<text x="22" y="{y}"{style}>{escape(before + after[1:])}</text>\n'


def shoot(page: Page, name: str) -> None:
    """Save what is in view, in 128 colours: small, and no different to the eye."""
    page.wait_for_timeout(700)
    path = DOCS / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)


def main() -> None:
    """All pictures."""
    with site() as (address, seeds, folder), sync_playwright() as runner:
        shutil.copy(folder / "reliability.svg", DOCS)
        terminal = in_terminal("Why is serum magnesium a poor measure?", Index.open(folder))
        (DOCS / "ask.svg").write_text(terminal, encoding="utf-8")
        browser = runner.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = opened(browser, address, WIDE)
        ask(page, "Is there any upside to drinking hard water?")
        page.locator(".chip").first.click()
        page.wait_for_selector("#document mark")
        shoot(page, "chat")
        ask(page, "Does magnesium help children with ADHD?")
        ask(page, "What is the weather going to be like in Kielce?")
        shoot(page, "abstention")
        ask(page, "What is XMEN?")
        page.get_by_role("tab", name="Map").click()
        page.wait_for_selector("#map svg")
        page.locator("#map .point").nth(60).hover()
        shoot(page, "map")
        page.get_by_role("tab", name="Quality").click()
        page.wait_for_selector("#quality svg")
        shoot(page, "quality")
        page = opened(browser, address, PHONE)
        ask(page, "Which sleep hormone does magnesium help to regulate?")
        shoot(page, "phone")
        page = opened(browser, address, WIDE, "dark")
        ask(page, "What is TRPM6?")
        ask(page, "And how does it differ from TRPM7?")
        page.locator(".chip").first.click()
        page.wait_for_selector("#document mark")
        shoot(page, "dark")
        text = next(seeds.glob("003*.txt"))
        as_pdf(text, seeds / "neuropathy.pdf")
        text.unlink()
        build(seeds, folder)
        page = opened(browser, address, WIDE)
        ask(page, "What exactly is neuropathy?")
        page.locator(".card .place").first.click()
        page.wait_for_selector("#document .sheet img")
        shoot(page, "pdf")
        browser.close()


if __name__ == "__main__":
    main()
