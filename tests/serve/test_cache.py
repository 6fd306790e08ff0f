"""Answers kept: made once, however many ask at once; errors reach everybody and are not kept."""

from __future__ import annotations

import threading
import time

import pytest

from kg.query import Answer, Ask
from kg.query.errors import QueryTimeoutError
from kg.serve.cache import AnswerCache


def answer(size: int = 1) -> Answer:
    return Answer("rows", "json", "x/y", b"x" * size)


def test_many_at_once_make_one_answer() -> None:
    cache, made, got = AnswerCache(), [], []

    def make(ask: Ask) -> Answer:
        made.append(ask)
        time.sleep(0.1)
        return answer()

    threads = [
        threading.Thread(target=lambda: got.append(cache.get(Ask("q"), make))) for _ in range(9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(got)) == (1, 9)


def test_an_error_is_told_and_forgotten() -> None:
    cache = AnswerCache()

    def fail(ask: Ask) -> Answer:
        raise QueryTimeoutError("late")

    with pytest.raises(QueryTimeoutError):
        cache.get(Ask("q"), fail)
    assert cache.get(Ask("q"), lambda ask: answer()).body == b"x"


def test_the_oldest_go_first_and_the_largest_are_not_kept() -> None:
    cache, made = AnswerCache(size=80_000), []

    def make(ask: Ask) -> Answer:
        made.append(ask.text)
        return answer(20_000 if ask.text == "large" else 9_000)

    for text in ("large", "large", "a", *"bcdefghij", "j", "a"):
        cache.get(Ask(text), make)
    assert made == ["large", "large", "a", *"bcdefghij", "a"]
