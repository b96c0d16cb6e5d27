"""Measure everything in one run and write the tables: ``python -m tests.bench [--sizes 1000 10000] [--out FILE]``.

Needs the index of ``seeds/``. Sizes up to 1,000,000 take some 12 GB of disk and half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from index.build import build
from index.layout import Layout
from index.search import Index
from tests.bench import documents, peers
from tests.bench.chart import chart
from tests.bench.process import ROOT, Run, measured, run
from tests.bench.sizes import dependency_sizes

_INDEX = ".loccit"
_QUESTIONS = "tests/data/magnesium.jsonl"
_QUESTION = "How does magnesium act on the HPA axis?"
_RUNS = 5
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "tokenizers", "faiss-cpu", "numpy", "gradio")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure loccit and write the tables.")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="*",
        default=_SIZES,
        metavar="N",
        help="passages (default: to 1e6; none keeps what is written)",
    )
    parser.add_argument("--megabytes", type=int, default=100, help="of text in the folder of the memory measurement")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--work", type=Path, help="folder for what is built (default: a temporary one)")
    options = parser.parse_args()
    build(ROOT / "seeds", ROOT / _INDEX)
    with tempfile.TemporaryDirectory(dir=options.work) as temporary:
        work = Path(temporary)
        sections = [_head(), *(section(work) for section in (_cold, _warm, _building))]
        sections.append(_memory_of_building(work, options.megabytes))
        if options.sizes:
            sections.append(_growing(work, sorted(options.sizes), options.out.with_name("growth.svg")))
        else:
            sections.append(_kept(options.out, "## Growing"))
        sections.append(_light())
    options.out.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print(f"Written: {options.out}")


def _head() -> str:
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return (
        "# Benchmarks\n\n`make bench` measures all of this again and writes this page. Medians of several runs; where"
        " two things are compared they ran by turns in the same run. Timings on shared machines are noisy: mind the"
        " ratios.\n\n"
        f"Machine: {_processor()}, {len(os.sched_getaffinity(0))} cores, {_memory():.0f} GiB, Python"
        f" {platform.python_version()}. {packages}."
    )


def _cold(work: Path) -> str:
    """From the start of the process to the answer, against a plain script with its passages already embedded."""
    index = Index.open(ROOT / _INDEX)
    stored = index.sample(1 << 30)
    (work / "passages.json").write_text(json.dumps([passage.text for _, passage in stored[0]]), encoding="utf-8")
    np.save(work / "vectors.npy", stored[1])
    plain = ["-m", "tests.bench.plain", str(work / "passages.json"), str(work / "vectors.npy"), _QUESTION]
    commands = {
        "`python -m qa ask`": ["-m", "qa", "ask", _QUESTION],
        "plain sentence-transformers and FAISS": plain,
        "`python -m qa --help`": ["-m", "qa", "--help"],
    }
    for name in peers.installed():
        run(["-m", "tests.bench.peers", name, "build", str(work / "passages.json"), str(work / name)])
        commands[name] = ["-m", "tests.bench.peers", name, "ask", str(work / name), _QUESTION]
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(_RUNS):
        for name, command in commands.items():
            runs[name].append(run(command))
    seconds = {name: statistics.median(one.seconds for one in found) for name, found in runs.items()}
    ours, theirs = seconds["`python -m qa ask`"], seconds["plain sentence-transformers and FAISS"]
    rows = [
        (name, f"{seconds[name]:.2f}", f"{statistics.median(one.megabytes for one in found):.0f}")
        for name, found in runs.items()
    ]
    table = _table(("cold start", "seconds", "MB resident at most"), rows)
    return f"## Cold\n\n{table}\n\nThe plain script takes {theirs / ours:.1f} times as long."


def _warm(work: Path) -> str:
    """Every question of the development set in one process."""
    del work
    found = measured("ask", _INDEX, _QUESTIONS)
    rows = [
        ("embedding the question", f"{found['embedding']:.1f}", ""),
        ("search, with all ranking", f"{found['search']:.1f}", f"{found['search_p95']:.1f}"),
        ("the whole answer", f"{found['answer']:.1f}", f"{found['answer_p95']:.1f}"),
    ]
    table = _table(("warm, the five documents", "median ms", "95th percentile ms"), rows)
    ratio = found["answer"] / found["embedding"]
    return f"## Warm\n\n{table}\n\nAn answer costs {ratio:.1f} times the embedding of its question alone."


def _building(work: Path) -> str:
    """Embedding against sentence-transformers, reading and splitting, and memory."""
    texts = [passage.text for _, passage in Index.open(ROOT / _INDEX).sample(1 << 30)[0]]
    (work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    embedded = measured("embed", str(work / "texts.json"))
    rows = [
        ("loccit", f"{embedded['ours']:.1f}"),
        ("`SentenceTransformer.encode`, defaults", f"{embedded['theirs']:.1f}"),
    ]
    for name in peers.installed():
        built = ["-m", "tests.bench.peers", name, "build", str(work / "texts.json")]
        rates = [float(run([*built, str(work / f"{name}-{at}")]).output.split()[-1]) for at in range(3)]
        rows.append((f"{name}, embedding, indexing and saving", f"{statistics.median(rates):.1f}"))
    table = _table((f"embedding {embedded['count']} passages", "passages a second"), rows)
    ratio = f"{embedded['ours'] / embedded['theirs']:.2f} times as many; least cosine {embedded['cosine']:.6f}."
    files = documents.write(work / "documents", ROOT / "seeds")
    read = [
        (
            name,
            f"{found['megabytes_a_second']:.1f}",
            f"{found['pages_a_second']:.0f}" if found["pages_a_second"] else "",
        )
        for name, paths in files.items()
        if (found := measured("read", *map(str, paths)))
    ]
    reading = _table(("reading and splitting, one core", "MB a second", "pages a second"), read)
    return f"## Building\n\n{table}\n\n{ratio}\n\n{reading}"


def _memory_of_building(work: Path, megabytes: int) -> str:
    """A whole build with a model so small that the rest of the work shows."""
    (work / "filled").mkdir()
    found = measured("fill", str(work / "filled"), str(megabytes))
    shutil.rmtree(work / "filled")
    return (
        f"A folder of {megabytes} MB of text, {found['passages']:,} passages, built from nothing with a model of one"
        f" layer: {found['megabytes']:.0f} MB resident at most, PyTorch for the export included;"
        f" {megabytes / found['seconds']:.2f} MB a second in all."
    )


def _growing(work: Path, sizes: Sequence[int], picture: Path) -> str:
    """Cost against size."""
    rows, points = [], []
    for size in sizes:
        folder = work / str(size)
        (folder / "index").mkdir(parents=True)
        (folder / "index" / "models").symlink_to(Layout(ROOT / _INDEX).models)
        seeds, index = str(folder / "seeds"), str(folder / "index")
        written = measured("synthesise", _INDEX, seeds, index, str(size))
        asked, found = measured("ask", index, _QUESTIONS), measured("recall", index, _INDEX)
        changed = measured("change", seeds, index)
        points.append({**asked, **found, **changed, "size": size, "written": written["seconds"]})
        rows.append(
            (
                f"{size:,}",
                f"{asked['search']:.0f}",
                f"{asked['search_p95']:.0f}",
                f"{found['vectors']:.1f}",
                f"{found['recall']:.3f}",
                f"{asked['opened']:.2f}",
                f"{asked['megabytes']:.0f}",
                f"{asked['bytes'] / size / 1000:.1f}",
                f"{changed['added']:.2f}",
                f"{changed['removed']:.2f}",
                f"{1000 * written['seconds'] / size:.2f}",
            )
        )
        shutil.rmtree(folder)
    heads = (
        "passages",
        "search, median ms",
        "95th percentile",
        "of it vectors",
        "recall@10",
        "opened, s",
        "MB resident at most",
        "kB a passage on disk",
        "document added, s",
        "removed, s",
        "written, ms a passage",
    )
    picture.write_text(chart(points), encoding="utf-8")
    text = (
        "Libraries are made up as `tests/bench/synthetic.py` tells: real ids and tables, the seeds' sentences mixed"
        " with rarer words, vectors drawn with the mean and covariance of real embeddings. Search is the whole step,"
        " from the question's embedding to ranked passages. Recall is of the ten nearest vectors by exact search. A"
        " document is added and removed by an ordinary build, which scans all others; what is written leaves out"
        " embedding."
    )
    return f"## Growing\n\n{text}\n\n{_table(heads, rows)}\n\n![Cost against size]({picture.name})"


def _kept(page: Path, head: str) -> str:
    """A section of the page as it was written before."""
    return head + page.read_text(encoding="utf-8").partition(head)[2].partition("\n## ")[0].rstrip()


def _light() -> str:
    rows = [(name, f"{size:.0f}", why) for name, size, why in dependency_sizes()]
    table = _table(("package", "MB", "for"), rows)
    return f"## Light\n\nThe direct dependencies, each without those that it needs itself:\n\n{table}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.processor()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


if __name__ == "__main__":
    main()
