"""Read papers from any supported source: one small reader per format, detected from content.

>>> from kg.read import read_papers
>>> papers = list(read_papers("papers.txt"))  # doctest: +SKIP

Counts add up: every record that is read is either yielded or refused with its
source, line and reason; :func:`merge_duplicates` then counts the duplicates.

Text is kept as it stands in the source, but white space: outer white space is
trimmed and each run of it becomes one space.  LaTeX and Markdown stay.
"""

from __future__ import annotations

from kg.read._base import Notice, Refusal
from kg.read._duplicates import merge_duplicates
from kg.read._ids import paper_id
from kg.read._read import FORMATS, nothing_read, read_papers, read_unique
from kg.read._sources import Input, find_inputs, is_pipe, list_inputs

__all__ = [
    "FORMATS",
    "Input",
    "Notice",
    "Refusal",
    "find_inputs",
    "is_pipe",
    "list_inputs",
    "merge_duplicates",
    "nothing_read",
    "paper_id",
    "read_papers",
    "read_unique",
]
