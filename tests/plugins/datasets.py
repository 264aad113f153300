"""``@pytest.mark.dataset("cdnow")``: needs the folder ``cdnow`` of ``ZHIJI_DATASETS``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugins.absence import absent


def dataset_names(item: pytest.Item) -> list[str]:
    """Names in all ``dataset`` markers of a test, in order, each once."""
    return list(dict.fromkeys(name for mark in item.iter_markers("dataset") for name in mark.args))


def dataset_folder(name: str) -> Path | None:
    """The folder of a data set, or None where there is none with anything in it."""
    root = os.environ.get("ZHIJI_DATASETS")
    folder = Path(root).expanduser().resolve() / name if root else None
    return folder if folder is not None and folder.is_dir() and any(folder.iterdir()) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties += [("dataset", name) for name in dataset_names(item)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in dataset_names(item):
        if dataset_folder(name) is None:
            absent(f"data set {name} is absent", f"set ZHIJI_DATASETS to a folder that holds {name}/")


@pytest.fixture
def dataset_path(request: pytest.FixtureRequest) -> Path:
    """Folder of the one data set that this test is marked with."""
    (name,) = dataset_names(request.node)
    folder = dataset_folder(name)
    assert folder is not None
    return folder
