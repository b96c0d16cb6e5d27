from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.context import context_of, longest_context_of
from ingest.model import BlockKind, Source

_OWLS = Source(title="Mice and the Barn Owl: a Review", authors=("Ada Strix", "Bo Tyto"))
_TEXTS = st.text(max_size=150)
_SOURCES = st.builds(Source, title=st.none() | _TEXTS, authors=st.lists(_TEXTS, max_size=6).map(tuple))
_PATHS = st.lists(_TEXTS, max_size=4).map(tuple)


def test_a_passage_stands_under_title_and_headings() -> None:
    assert context_of(_OWLS, ("Diet", "Voles"), BlockKind.PARAGRAPH) == f"{_OWLS.title} > Diet > Voles"


def test_the_deepest_headings_are_kept() -> None:
    context = context_of(_OWLS, ("Outer " * 40, "Voles"), BlockKind.PARAGRAPH)
    assert context.endswith("Outer  > Voles")
    assert len(context) <= 200


def test_front_matter_says_what_it_is_and_whose() -> None:
    context = context_of(_OWLS, ("History",), BlockKind.FRONT_MATTER)
    assert context.startswith(f"{_OWLS.title} > Ada Strix, Bo Tyto > History > about this document")


def test_front_matter_keeps_its_title_before_its_authors() -> None:
    many = Source(title="The occurrence of owls " * 6, authors=("Someone With A Long Name",) * 4)
    context = context_of(many, ("Peer-review history",), BlockKind.FRONT_MATTER)
    assert context.startswith("The occurrence of owls")
    assert "Someone" not in context


@given(_SOURCES, _PATHS, st.sampled_from(BlockKind))
def test_a_context_is_bounded_and_no_longer_than_the_longest(
    source: Source, path: tuple[str, ...], kind: BlockKind
) -> None:
    context = context_of(source, path, kind)
    assert len(context) <= 320
    assert len(context) <= len(longest_context_of(source, path, {kind, BlockKind.PARAGRAPH}))


def test_a_title_that_is_a_heading_too_is_said_once_however_it_is_broken() -> None:
    title = _OWLS.title or ""
    context = context_of(_OWLS, (title.upper().replace(" ", "- ", 1), "Voles"), BlockKind.PARAGRAPH)
    assert context == f"{title} > Voles"
