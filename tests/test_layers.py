"""Arrows point one way: server -> handlers -> chat."""

import ast

import pytest

from process import ROOT

# What each layer may import besides the standard library.
MAY = {
    "chat": {"chat", "msgspec"},
    "handlers": {"handlers", "chat", "tornado", "msgspec"},
    "handlers/engine": {"handlers.engine", "tornado"},
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module


@pytest.mark.parametrize("layer", MAY)
def test_a_layer_imports_only_what_lies_below_it(layer):
    import sys

    for path in (ROOT / layer).glob("*.py"):
        for module in imported(path):
            within = {module.rsplit(".", n)[0] for n in range(module.count(".") + 1)}
            assert within & (sys.stdlib_module_names | MAY[layer]), f"{path} imports {module}"


def test_the_rules_know_neither_sockets_nor_the_web():
    below = {"socket", "ssl", "http", "urllib", "tornado", "select"}
    for path in (ROOT / "chat").glob("*.py"):
        assert not below & {module.split(".")[0] for module in imported(path)}, path


def test_json_is_read_and_written_in_one_place():
    for path in [
        ROOT / "server.py",
        *(ROOT / "chat").glob("*.py"),
        *(ROOT / "handlers").rglob("*.py"),
    ]:
        if path.suffix == ".py" and path.name != "codec.py":
            text = path.read_text()
            assert "import json" not in text, path
            assert "msgspec.json" not in text, path
