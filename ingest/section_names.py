"""The names that sections of papers and reports go by."""

from __future__ import annotations

import re

REFERENCES = re.compile(
    r"\W*(?:\d+\.?\s*)?(?:references(?: and notes)?|notes and references|bibliography|literature cited|works cited|"
    r"further reading)\W*\Z",
    re.I,
)
BACK_MATTER = re.compile(
    r"\W*(?:\d+\.?\s*)?(?:acknowledge?ments?|authors?['’]?s?['’]? (?:contributions?|affiliations?|information)|"
    r"informed consent.*|ethic(?:al|s) (?:approval|statement|considerations|declarations?).*|"
    r"funding(?: (?:information|sources?|statement|acknowledge?ments?))?|"
    r"(?:conflicts?|declarations?) of (?:competing )?interests?|competing interests|"
    r"disclosures?|data (?:and materials )?availability.*|institutional review board.*|"
    r"contact list|orcid list|"
    r"corresponding author|to cite|peer-review (?:history|method))\W*\Z",
    re.I,
)
ABSTRACT = re.compile(r"\W*abstract\W*\Z", re.I)
MAIN = re.compile(
    r"\W*(?:abstract|summary|introduction|background|(?:materials? and )?methods|results(?: (?:and|&) discussion)?|"
    r"discussion|conclusions?|references|bibliography|appendix.*)\W*\Z",
    re.I,
)
# Where only a line tells, not the look of a heading, no more may follow a name than this.
_ALONE = tuple(
    re.compile(name.pattern.replace(".*", r"(?: (?:statement|[A-Z]|\d{1,2}))?"), re.I)
    for name in (MAIN, REFERENCES, BACK_MATTER)
)
_LONGEST = 60


def is_section_name(text: str) -> bool:
    """Whether a line holds nothing but such a name, written as a heading is."""
    if len(text) > _LONGEST or text.endswith((".", ",", ";")) or not any(name.match(text) for name in _ALONE):
        return False
    return next((letter.isupper() for letter in text if letter.isalpha()), False)
