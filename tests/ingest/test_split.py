from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.read import parse_document
from ingest.split import LONGEST, TARGET, split


def words(text: str) -> int:
    return len(text.split())


def test_passages_are_near_the_target_and_end_with_sentences() -> None:
    text = "# Lamps\n\n" + " ".join(f"This is sentence number {n} of a long paragraph about lamps." for n in range(100))
    passages = split(parse_document(text.encode(), "a.md"))
    assert all(0.5 * TARGET < len(passage.text) <= LONGEST for passage in passages)
    assert all(passage.text.endswith("lamps.") for passage in passages)
    assert passages[0].text.startswith("Lamps\nThis is sentence number 0")
    assert all(passage.heading_path == ("Lamps",) for passage in passages)


def test_sections_do_not_share_a_passage() -> None:
    passages = split(parse_document(b"# One\n\nFirst.\n\n# Two\n\nSecond.\n", "a.md"))
    assert [passage.text for passage in passages] == ["One\nFirst.", "Two\nSecond."]


def test_a_heading_without_content_is_still_in_a_passage() -> None:
    assert split(parse_document(b"# One\n\nFirst.\n\n# Last\n", "a.md"))[-1].text == "Last"


def test_an_unchanged_document_keeps_its_passages_ids() -> None:
    text = b"# One\n\nFirst. Second.\n"
    first, second = (split(parse_document(text, name)) for name in ("a.md", "b.md"))
    assert [passage.id for passage in first] == [passage.id for passage in second]
    assert len({passage.id for passage in first}) == len(first)


@given(
    st.lists(st.sampled_from(["one", "two", "three.", "Four", "five!", "\n\n", "\n\n## Head\n\n"]), max_size=80),
    st.integers(min_value=1, max_value=30),
)
def test_no_passage_is_longer_than_there_is_room(parts: list[str], room: int) -> None:
    document = parse_document(("# Start\n\nOnce. " + " ".join(parts)).encode(), "a.md")
    passages = split(document, length=words, room=lambda path: room)
    assert all(words(passage.text) <= room or len(passage.sentences) == 1 for passage in passages)
    assert all(words(passage.text[s.start : s.end]) <= room for passage in passages for s in passage.sentences)
