"""The house rules that a machine can hold: who imports whom, and what is loaded when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KG = ROOT / "kg"
MODULES = sorted(KG.rglob("*.py"))

#: Third-party package -> the modules (or packages) that may import it.
HOMES = {
    "spacy": {"extract", "train", "gold", "models"},
    "onnxruntime": {"extract", "train"},
    "tokenizers": {"extract", "train"},
    "torch": {"train"},
    "rdflib": {"rdf", "query"},
    "pyoxigraph": {"rdf", "query", "serve", "link", "sparql_page"},
    "pyshacl": {"rdf"},
    "pyvis": {"view"},
    "networkx": {"graph", "analyse", "query"},
    "click": {"cli"},
    "rapidfuzz": {"link", "nearest"},
    "scipy": {"view"},
    "rispy": {"read"},
    "yaml": {"link"},
    "pyarrow": {"export"},
    "pybtex": {"read"},
    "latexcodec": {"read"},
    "defusedxml": {"read"},
    "zstandard": {"read"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "jinja2": {"serve"},
}

#: Modules that may compose the stages; every other stage knows only the records.
COMPOSERS = {"cli", "pipeline", "folder", "grow", "__init__"}
STAGES = {"read", "extract", "link", "rdf", "query", "serve", "view", "train", "score", "export"}
#: Stages that stand on another one by design.
ALLOWED = {
    ("serve", "query"),
    ("sparql_page", "query"),
    ("sparql_page", "serve"),
    ("export", "rdf"),
    ("train", "extract"),
    ("train", "read"),
}


def home(path: Path) -> str:
    """Return the top-level name inside kg: "read" for kg/read/csv.py, "graph" for kg/graph.py."""
    first = path.relative_to(KG).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[tuple[str, bool]]:
    """Return (module, at top level) for every import that runs; TYPE_CHECKING blocks do not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    top = {id(node) for node in tree.body}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {(alias.name, id(node) in top) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add((node.module, id(node) in top))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KG)))
def test_third_party_packages_have_named_homes(path: Path) -> None:
    packages = {module.split(".")[0] for module, _ in imports(path)}
    strays = {p for p in packages & HOMES.keys() if home(path) not in HOMES[p]}
    assert not strays, f"{path.name} imports {strays}; see HOMES"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KG)))
def test_stages_do_not_import_each_other(path: Path) -> None:
    own = home(path)
    if own in COMPOSERS:
        return
    others = {m.split(".")[1] for m, _ in imports(path) if m.startswith("kg.")} & STAGES - {own}
    strays = {other for other in others if (own, other) not in ALLOWED}
    assert not strays, f"{path.name} (stage {own}) imports the stages {strays}"


def test_the_walker_sees_what_it_should(tmp_path: Path) -> None:
    """The guards above would pass on anything if `imports` found nothing."""
    source = (
        "import click\nif TYPE_CHECKING:\n    import torch\ndef f():\n    from spacy import x\n"
    )
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert imports(path) == {("click", True), ("spacy", False)}


def test_type_checkers_see_the_names_of_kg() -> None:
    """What is fetched on first use has its imports for checkers and editors, from one home."""
    import kg

    tree = ast.parse((KG / "__init__.py").read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If))
    told = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted({*told, "__version__"}) == sorted(kg.__all__)
    assert told.keys() == kg._HOMES.keys()
    for name, module in told.items():
        assert (module or "").startswith(kg._HOMES[name])


HEAVY = ("spacy", "networkx", "rdflib", "pyoxigraph", "numpy", "pyvis", "scipy", "onnxruntime")


@pytest.mark.parametrize(
    "code",
    ["import kg", "from kg.cli import main; import sys; sys.argv = ['kg']; main(['--help'])"],
    ids=["import", "help"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code: str) -> None:
    check = f"""
import atexit, sys
atexit.register(lambda: print("LOADED", [m for m in {HEAVY!r} if m in sys.modules]))
{code}
"""
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "LOADED []" in done.stdout, done.stdout + done.stderr


def test_every_public_module_says_what_it_is_for() -> None:
    silent = [str(p) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert not silent
