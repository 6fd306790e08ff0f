"""A trained encoder as an ONNX graph with 8-bit weights.

The graph takes embedded pieces (1, pieces, width) and gives the hidden states and
the tag scores.  The embedding table stays outside: looking up a row needs no
engine, and a table of bytes with a scale per row takes a quarter of the room.

Operators: ONNX's own, and those that onnxruntime documents under com.microsoft.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.encoder import WINDOW
from kg.train.distances import find_distances
from kg.train.size import MINILM, Size, measure

Array = NDArray[np.float32]
MICROSOFT = "com.microsoft"


class _Graph:
    """Nodes and constants of a graph that grows from input to output."""

    def __init__(self, bits: int, size: Size = MINILM) -> None:
        self.bits, self.size = bits, size
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **options))
        return output

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Add ``x @ weight.T + bias``: with 8 bits quantised, with 32 as it is."""
        given = self.constant(f"{name}.bias", bias)
        if self.bits == 32:
            product = self.add("MatMul", [x, self.constant(name, weight.T)], f"{name}.product")
            return self.add("Add", [product, given], f"{name}.out")
        codes, scale = quantise(weight.T, axis=0)
        inputs = [x, self.constant(name, codes), self.constant(f"{name}.scale", scale), "", given]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=MICROSOFT)

    def norm(self, x: str, residual: str, name: str, weight: Array, bias: Array) -> str:
        """Add the layer normalisation of ``x + residual``.

        Two plain operators: together they are faster on a CPU than onnxruntime's fused one.
        """
        total = self.add("Add", [x, residual], f"{name}.sum")
        scale = self.constant(f"{name}.weight", weight)
        shift = self.constant(f"{name}.shift", bias)
        inputs = [total, scale, shift]
        options = {"epsilon": self.size.epsilon, "axis": -1}
        return self.add("LayerNormalization", inputs, f"{name}.out", **options)


def quantise(weight: Array, *, axis: int) -> tuple[NDArray[np.int8], Array]:
    """Return symmetric 8-bit codes and the scale along ``axis`` that undoes them.

    >>> codes, scale = quantise(np.array([[1.0, -4.0], [0.5, 2.0]], dtype=np.float32), axis=0)
    >>> codes.tolist(), (codes * scale).round(1).tolist()
    ([[127, -127], [64, 64]], [[1.0, -4.0], [0.5, 2.0]])
    """
    scale = np.abs(weight).max(axis=axis, keepdims=True) / 127
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    codes = np.clip(np.rint(weight / scale), -127, 127).astype(np.int8)
    return codes, scale.squeeze(axis)


def to_onnx(weights: Mapping[str, Array], *, bits: int = 8) -> bytes:
    """Return the serialised graph of an encoder.

    Args:
        weights: the state of :class:`kg.train.network.Tagger`, as arrays.
        bits: 8 (quantised) or 32 (as trained).
    """
    size = measure(weights)
    graph = _Graph(bits, size)
    x = graph.add(
        "LayerNormalization",
        [
            "embedded",
            graph.constant("norm.weight", weights["enc.n.weight"]),
            graph.constant("norm.bias", weights["enc.n.bias"]),
        ],
        "normed",
        epsilon=size.epsilon,
        axis=-1,
    )
    apart = _distances(graph, weights["enc.far.weight"]) if size.relative else None
    for layer in range(size.layers):
        part = {k.removeprefix(f"enc.layers.{layer}."): v for k, v in weights.items()}
        x = _layer(graph, x, f"layer{layer}", part, apart)
    hidden = graph.add("Identity", [x], "hidden")
    out = graph.constant("tags.weight", weights["out.weight"].T)
    scores = graph.add("MatMul", [hidden, out], "tags.product")
    graph.add("Add", [scores, graph.constant("tags.bias", weights["out.bias"])], "scores")
    tags = len(weights["out.bias"])
    made = {"hidden": [1, "pieces", size.width], "scores": [1, "pieces", tags]}
    return _serialise(graph, {"embedded": [1, "pieces", size.width]}, made)


def _distances(graph: _Graph, far: Array) -> str:
    """Add what each head gives for the distance between pieces, cut to the text's length."""
    table = graph.constant("far", far[find_distances(WINDOW)].transpose(2, 0, 1)[None])
    length = graph.add("Shape", ["embedded"], "length", start=1, end=2)
    start = graph.constant("far.start", np.zeros(2, dtype=np.int64))
    axes = graph.constant("far.axes", np.array([2, 3], dtype=np.int64))
    end = graph.add("Concat", [length, length], "far.end", axis=0)
    return graph.add("Slice", [table, start, end, axes], "apart")


def _layer(graph: _Graph, x: str, name: str, part: Mapping[str, Array], apart: str | None) -> str:
    joined = graph.linear(x, f"{name}.qkv", part["qkv.weight"], part["qkv.bias"])
    parts = [f"{name}.{which}" for which in ("query", "key", "value")]
    from onnx import helper

    graph.nodes.append(helper.make_node("Split", [joined], parts, axis=-1, num_outputs=3))
    mixed = graph.add(
        "MultiHeadAttention",
        [*parts, "", "", apart] if apart else parts,
        f"{name}.mixed",
        domain=MICROSOFT,
        num_heads=graph.size.heads,
    )
    mixed = graph.linear(mixed, f"{name}.attention", part["o.weight"], part["o.bias"])
    x = graph.norm(x, mixed, f"{name}.norm1", part["n1.weight"], part["n1.bias"])
    wide = graph.linear(x, f"{name}.wide", part["f1.weight"], part["f1.bias"])
    wide = graph.add("Gelu", [wide], f"{name}.gelu", domain=MICROSOFT)
    narrow = graph.linear(wide, f"{name}.narrow", part["f2.weight"], part["f2.bias"])
    return graph.norm(x, narrow, f"{name}.norm2", part["n2.weight"], part["n2.bias"])


def roles_to_onnx(weights: Mapping[str, Array]) -> bytes:
    """Return the graph of the role head: a row for each span to a probability for each role."""
    graph = _Graph(32)
    x = graph.linear("spans", "wide", weights["role.0.weight"], weights["role.0.bias"])
    x = graph.add("Gelu", [x], "gelu", domain=MICROSOFT)
    x = graph.linear(x, "narrow", weights["role.3.weight"], weights["role.3.bias"])
    graph.add("Softmax", [x], "roles", axis=-1)
    width, roles = weights["role.0.weight"].shape[1], len(weights["role.3.bias"])
    return _serialise(graph, {"spans": ["n", width]}, {"roles": ["n", roles]})


def from_onnx(encoder: bytes, roles: bytes) -> dict[str, Array]:
    """Return the weights that :func:`to_onnx` and :func:`roles_to_onnx` were given.

    Exactly with 32 bits, within half a step of the quantisation with 8.  Names are
    those of :class:`kg.train.network.Tagger`'s state.
    """
    given = _constants(encoder)
    layers = sum(name.endswith(".qkv") for name in given)
    names = {"enc.n": "norm", "out": "tags"}
    for layer in range(layers):
        ours, its = f"enc.layers.{layer}", f"layer{layer}"
        names |= {f"{ours}.{mine}": f"{its}.{other}" for mine, other in _LAYER}
    found: dict[str, Array] = {}
    for ours, its in names.items():
        found |= _pair(given, ours, its)
    heads = _constants(roles)
    return {**found, **_pair(heads, "role.0", "wide"), **_pair(heads, "role.3", "narrow")}


_LAYER = (
    ("qkv", "qkv"),
    ("o", "attention"),
    ("n1", "norm1"),
    ("f1", "wide"),
    ("f2", "narrow"),
    ("n2", "norm2"),
)


def _pair(given: Mapping[str, Array], ours: str, its: str) -> dict[str, Array]:
    """Return weight and bias of a linear layer or a normalisation."""
    bias = given[f"{its}.shift" if f"{its}.shift" in given else f"{its}.bias"]
    if f"{its}.weight" in given:
        weight = given[f"{its}.weight"].T  # a normalisation's has one axis: itself
    else:
        weight = (given[its] * given.get(f"{its}.scale", np.float32(1))).T
    return {f"{ours}.weight": weight.astype(np.float32), f"{ours}.bias": bias}


def _constants(data: bytes) -> dict[str, Any]:
    from onnx import load_model_from_string, numpy_helper

    graph = load_model_from_string(data).graph
    return {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}


def _serialise(graph: _Graph, given: dict[str, Any], made: dict[str, Any]) -> bytes:
    """Return the graph's bytes; ``given`` and ``made`` are the shapes of inputs and outputs."""
    from onnx import TensorProto, checker, helper

    def values(shapes: dict[str, Any]) -> list[Any]:
        kind = TensorProto.FLOAT
        return [helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()]

    whole = helper.make_graph(graph.nodes, "encoder", values(given), values(made), graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=9, producer_name="paperkg")
    checker.check_model(model)
    return bytes(model.SerializeToString())
