"""What asking can fail with besides what reading and searching can.

QuestionError
├── EmptyQuestion     nothing was asked
└── BadQuestionFile   a file of questions cannot be read
"""

from __future__ import annotations


class QuestionError(Exception):
    """One sentence saying what is wrong and what to do."""


class EmptyQuestion(QuestionError):
    """Nothing was asked."""


class BadQuestionFile(QuestionError):
    """A file of questions cannot be read."""
