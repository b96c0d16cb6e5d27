"""Answers on the real documents."""

from __future__ import annotations

import pytest

from index.search import Index
from ingest.model import BlockKind
from ingest.reading import letters, source_letters
from qa.answer import answer
from qa.errors import EmptyQuestion
from qa.evaluate import judged, read_questions
from qa.model import Status
from tests.conftest import QUESTIONS, Library

ASKED = [question.question for question in judged(read_questions(QUESTIONS), QUESTIONS)]


def test_an_answer_quotes_and_cites(seeds_index: Index) -> None:
    found = answer("Which sleep hormone does magnesium help to regulate?", seeds_index)
    assert found.status is Status.ANSWERED
    assert "helps regulate melatonin, the hormone that guides the sleep-wake cycle." in found.citations[0].quote
    assert len(found.citations[0].quote) <= 400
    assert found.text.startswith(f"{found.citations[0].quote} [1]")
    assert found.citations[0].hit.document.path == "004_a6e09db62fb7c6b7.txt"
    assert found.build_id == seeds_index.build_id


@pytest.mark.parametrize("question", ASKED)
def test_every_quote_has_the_letters_of_the_source_at_its_spans(seeds_index: Index, question: str) -> None:
    found = answer(question, seeds_index, threshold=0.0)
    assert 1 <= len(found.citations) <= 4
    for citation in found.citations:
        record = citation.hit.document
        text, _ = seeds_index.document_text(record.path)
        assert letters(citation.quote) == source_letters(text, citation.spans, record.format)
        assert citation.quote in citation.hit.passage.text
    for hit in found.hits:
        text, _ = seeds_index.document_text(hit.document.path)
        assert letters(hit.passage.text) == source_letters(text, hit.passage.spans, hit.document.format)
    assert [citation.marker for citation in found.citations] == list(range(1, len(found.citations) + 1))
    assert not {hit.passage.id for hit in found.related} & {c.hit.passage.id for c in found.citations}


def test_what_the_documents_do_not_say_is_not_answered(seeds_index: Index) -> None:
    found = answer("Who won the men's football World Cup in 2018?", seeds_index)
    assert found.status is Status.ABSTAINED
    assert found.citations == ()
    assert found.text == ""
    assert len(found.hits) == 10
    assert found.confidence < 0.5


def test_the_threshold_is_a_probability(seeds_index: Index) -> None:
    question = "Does magnesium help children with ADHD?"
    confidence = answer(question, seeds_index).confidence
    assert answer(question, seeds_index, threshold=confidence + 0.01).status is Status.ABSTAINED
    assert answer(question, seeds_index, threshold=confidence - 0.01).status is Status.ANSWERED


@pytest.mark.parametrize("question", ["", " \n", "???", "\0"])
def test_an_empty_question_is_refused(seeds_index: Index, question: str) -> None:
    with pytest.raises(EmptyQuestion, match="nothing was asked"):
        answer(question, seeds_index)


def test_a_document_added_is_answered_from_with_its_page_and_author(library: Library) -> None:
    library.fill()
    library.write("owls.md", "# Owls\n\nOwls hunt at night. A barn owl hears a mouse under 20 cm of snow.\n")
    library.write("owls.md.source.toml", 'title = "On Owls"\nauthors = ["Strix, Ada"]\nyear = 2020\n')
    library.build()
    found = answer("How deep under snow can a barn owl hear a mouse?", library.open())
    assert found.citations[0].quote == "A barn owl hears a mouse under 20 cm of snow."
    assert found.citations[0].hit.document.source.author_year == "Strix 2020"
    assert found.citations[0].hit.passage.heading_path == ("Owls",)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the article on magnesium deficiency and anxiety disorders?",
        "Who is the first author of the anxiety paper?",
        "Who wrote the article on magnesium and anxiety?",
    ],
)
def test_who_wrote_a_document_is_told_by_its_front_matter_and_by_no_reference(
    seeds_index: Index, question: str
) -> None:
    found = answer(question, seeds_index)
    assert "Milena Kędzierska" in found.text
    assert {citation.hit.passage.kind for citation in found.citations} == {BlockKind.FRONT_MATTER}
    assert found.hits[0].passage.kind is BlockKind.FRONT_MATTER
    cited = answer("Who wrote Magnesium deficiency induces anxiety and HPA axis dysregulation?", seeds_index)
    assert "Sartori SB" in cited.text


def test_steps_of_two_sentences_are_quoted_together(library: Library) -> None:
    library.write(
        "lamp.md",
        "# The Lamp\n\nIt is kept in the tower.\n\n## Lighting it\n\nTo light the lamp:\n\n"
        "1. Trim the wick. It must be dry.\n2. Fill in oil. Wipe off what is spilt.\n"
        "3. Strike a match. Hold it to the wick.\n",
    )
    library.build()
    found = answer("How do I light the lamp?", library.open(), threshold=0)
    assert found.citations[0].quote.startswith("To light the lamp:\n1. Trim the wick.")
    assert found.citations[0].quote.endswith("Hold it to the wick.")


def test_a_label_with_its_value_is_an_answer(library: Library) -> None:
    library.write(
        "soup.md", "# Onion Soup\n\nA soup.\n\n**Serves:** four\n**Freezes:** no\n\nCook the onions for an hour.\n"
    )
    library.build()
    found = answer("Does onion soup freeze?", library.open(), threshold=0)
    assert found.citations[0].quote == "Freezes: no"


def test_when_a_document_came_out_is_told_by_its_front_matter(seeds_index: Index) -> None:
    found = answer("When was the article on magnesium and anxiety published?", seeds_index)
    assert "Published: 24 December 2025" in found.text
    assert {citation.hit.passage.kind for citation in found.citations} == {BlockKind.FRONT_MATTER}


def test_the_doi_of_a_document_that_states_none_is_not_one_of_its_references(seeds_index: Index) -> None:
    found = answer("What is the DOI of the magnesium deficiency and anxiety disorders paper?", seeds_index)
    assert found.status is Status.ABSTAINED
    assert found.hits
    other = answer("What is the DOI of Sartori's paper on HPA axis dysregulation?", seeds_index)
    assert "10.1016/j.neuropharm.2011.07.027" in other.text


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What did Einstein find about magnesium?", ("Einstein",)),
        ("What does the FDA say about magnesium?", ("FDA",)),
        ("What does the WHO recommend?", ()),
    ],
)
def test_nobody_is_credited_with_what_others_say(seeds_index: Index, question: str, missing: tuple[str, ...]) -> None:
    found = answer(question, seeds_index)
    assert found.status is Status.ABSTAINED
    assert found.missing == missing


def test_what_a_document_says_of_someone_is_quoted(seeds_index: Index) -> None:
    found = answer("According to the WHO, how many Americans get too little magnesium?", seeds_index)
    assert "World Health Organization" in found.text
    assert answer("What did Sartori find in mice?", seeds_index).status is Status.ANSWERED


@pytest.mark.parametrize(
    "question", ["Which foods are the top dietary sources of magnesium?", "Does dark chocolate contain magnesium?"]
)
def test_a_short_list_is_quoted_with_all_its_members(seeds_index: Index, question: str) -> None:
    quote = answer(question, seeds_index).citations[0].quote
    assert quote.split("\n")[0] == "Top Dietary Sources of Magnesium"
    assert quote.split("\n")[-1] == "Dark chocolate"
    assert len(quote.split("\n")) == 7


def test_a_list_in_a_passage_is_quoted_with_what_leads_it_in_and_never_the_lead_alone(library: Library) -> None:
    library.write(
        "rowing.md",
        "# The rowing club\n\nThe club has ninety members and four boats. A novice at the oar has three duties:\n\n"
        "- Rinse the oars after every outing.\n- Sweep the boat house.\n- Bring cake on Sundays.\n\n"
        "The lake freezes in January. The club is closed until the thaw.\n",
    )
    library.build()
    quotes = [c.quote for c in answer("What are the duties of a novice?", library.open(), threshold=0.0).citations]
    assert quotes[0] == (
        "A novice at the oar has three duties:\nRinse the oars after every outing.\nSweep the boat house.\n"
        "Bring cake on Sundays."
    )
    assert not any(quote.endswith(":") for quote in quotes)


def test_a_paragraph_after_a_list_is_none_of_its_members(library: Library) -> None:
    library.write(
        "rowing.md",
        "# The rowing club\n\nA novice at the oar has two duties:\n\n- Rinse the oars.\n- Sweep the boat house.\n\n"
        "The lake freezes in the last week of January.\n",
    )
    library.build()
    index = library.open()
    frozen = answer("When does the lake freeze?", index, threshold=0.0).citations[0].quote
    assert frozen == "The lake freezes in the last week of January."
    duties = answer("What are the duties of a novice at the oar?", index, threshold=0.0).citations[0].quote
    assert duties == "A novice at the oar has two duties:\nRinse the oars.\nSweep the boat house."


def test_a_list_beside_another_that_answers_is_quoted_too(library: Library) -> None:
    library.write(
        "leaflet.txt",
        "Nortrevin: side effects\n\nVery common side effects of Nortrevin:\n- sleepiness\n- dry mouth\n\n"
        "Common side effects of Nortrevin:\n- headache\n- weight gain\n",
    )
    library.build()
    found = answer("What are the side effects of Nortrevin?", library.open(), threshold=0.0)
    assert {citation.quote.split("\n")[0] for citation in found.citations} >= {
        "Very common side effects of Nortrevin:",
        "Common side effects of Nortrevin:",
    }


def test_what_speaks_of_the_document_itself_does_not_go_on_with_a_quote(seeds_index: Index) -> None:
    found = answer("Why is serum magnesium a poor measure?", seeds_index)
    assert "serum magnesium levels remain a poor predictor" in found.text
    assert "This review" not in found.text


def test_different_figures_are_shown_side_by_side(library: Library) -> None:
    library.write("a.txt", "Comets\n\nThe comet comes back every 76 years. It has a long tail of dust and ice.\n")
    library.write("b.txt", "On comets\n\nEvery 79 years the comet comes back, say the monks of the valley.\n")
    library.write("c.txt", "Cats\n\nThe cat comes back every evening. She has a long tail.\n")
    library.build()
    found = answer("How many years does the comet take to come back?", library.open(), threshold=0.0)
    assert {citation.hit.document.path for citation in found.citations} == {"a.txt", "b.txt"}
    assert found.differs
    assert not answer("What has the comet a tail of?", library.open(), threshold=0.0).differs


def test_of_a_table_the_row_that_is_asked_about_is_quoted_alone(library: Library) -> None:
    rows = ("Lantern glass\t52 pounds\t3 days", "Brass polish\t9 pounds\t2 days", "Whale oil\t14 pounds\t9 days")
    library.write("prices.txt", "Prices of the ship chandler\n\nArticle\tPrice\tDelivery\n" + "\n".join(rows) + "\n")
    library.build()
    found = answer("How much does brass polish cost?", library.open(), threshold=0.0)
    assert [citation.quote for citation in found.citations] == [
        "Article: Brass polish; Price: 9 pounds; Delivery: 2 days"
    ]


def test_a_heading_with_a_number_is_no_answer(library: Library) -> None:
    library.write(
        "lamp.md",
        "# Lamp\n\n## 2 Setting up\n\n### 2.1 What is in the box\n\n- one lamp\n- two wicks\n- a can of oil\n",
    )
    library.build()
    found = answer("What is in the box of the lamp?", library.open(), threshold=0.0)
    assert "a can of oil" in found.citations[0].quote
    assert all(citation.quote != "2 Setting up" for citation in found.citations)


def test_what_is_asked_for_must_be_stated(library: Library) -> None:
    library.write(
        "owls.txt", "Owls\n\nA barn owl raises owlets with great care in barns. Five owlets grow up a year.\n"
    )
    library.build()
    index = library.open()
    counted = answer("How many owlets does a barn owl raise?", index, threshold=0.0)
    assert "Five owlets" in counted.citations[0].quote
    share = answer("What percentage of owlets does a barn owl raise?", index, threshold=0.0)
    assert share.confidence < counted.confidence


def test_an_abstention_names_what_is_mentioned_nowhere(library: Library) -> None:
    library.fill()
    library.build()
    found = answer("How many giraffes does a hive hold?", library.open(), threshold=1.0)
    assert found.missing == ("giraffes",)
    assert answer("What do bees do?", library.open(), threshold=0.0).missing == ()
