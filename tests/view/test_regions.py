"""Regions and their names."""

from __future__ import annotations

import numpy as np

from kg.view.regions import name_regions


def test_regions_are_named_by_what_is_theirs_alone() -> None:
    """Ten papers in two regions: both use "hub", each has a task of its own."""
    region = np.array([0] * 5 + [1] * 5)
    papers = np.repeat(np.arange(10), 2)
    concepts = np.array([0, 1] * 5 + [0, 2] * 5)
    regions, number = name_regions(
        region, (papers, concepts), ["Method", "Task", "Task"], ["hub", "parsing", "driving"]
    )
    assert [r.label.split(" · ")[0] for r in regions] == ["parsing", "driving"]
    assert [r.papers for r in regions] == [5, 5]
    assert number.tolist() == [1, 2]


def test_a_metric_names_a_region_only_if_nothing_else_can() -> None:
    region = np.zeros(4, dtype=np.int64)
    papers, concepts = np.repeat(np.arange(4), 2), np.array([0, 1] * 4)
    regions, _ = name_regions(region, (papers, concepts), ["Metric", "Task"], ["accuracy", "QA"])
    assert regions[0].label.startswith("QA")
