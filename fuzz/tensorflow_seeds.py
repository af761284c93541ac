# SPDX-License-Identifier: BSD-3-Clause
"""Writes the first inputs of tensorflow_fuzz: a small graph for each op that is translated, with inputs in many orders.

Usage: tensorflow_seeds.py <folder>"""

import pathlib
import re
import sys

import numpy as np
from tensorflow.core.framework import graph_pb2
from tensorflow.python.framework import tensor_util

ROOT = pathlib.Path(__file__).resolve().parent.parent

# In turn the inputs of the op: an image, weights, and constants that may be axes, sizes or numbers.
CONSTANTS = {"w": np.ones((2, 2, 4, 4), np.float32), "i": np.array([1, 2], np.int32), "n": np.int32(1), "f": np.ones(4, np.float32),
             "s": np.array([1, 8, 8, 4], np.int32), "b": np.bool_(True), "p": np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)}
ORDERS = ("xwfff", "xinnn", "nxxxx", "xnxnf", "swxbb", "xpfsi", "xbxxx", "xffff", "xxxwffff")


def constant(graph, name, value):
    nodes = graph.node if isinstance(graph, graph_pb2.GraphDef) else graph.node_def
    node = nodes.add(name=name, op="Const")
    node.attr["value"].tensor.CopyFrom(tensor_util.make_tensor_proto(value))
    node.attr["dtype"].type = node.attr["value"].tensor.dtype


def one_op(op, inputs):
    graph = graph_pb2.GraphDef()
    x = graph.node.add(name="x", op="Placeholder")
    x.attr["dtype"].type = 1
    for size in (1, 8, 8, 4):
        x.attr["shape"].shape.dim.add(size=size)
    for name, value in CONSTANTS.items():
        constant(graph, name, value)
    node = graph.node.add(name="y", op=op, input=list(inputs))
    node.attr["T"].type = 1
    for name in ("strides", "ksize", "dilations"):
        node.attr[name].list.i.extend([1, 2 if name != "dilations" else 1, 2 if name != "dilations" else 1, 1])
    node.attr["squeeze_dims"].list.i.extend([1])
    for name in ("padding", "data_format", "mode", "equation"):
        node.attr[name].s = {"padding": b"SAME", "data_format": b"NHWC", "mode": b"REFLECT", "equation": b"ij,jk->ik"}[name]
    for name in ("begin_mask", "end_mask", "num_split", "num", "block_size", "depth_radius", "axis", "N", "k", "num_bits"):
        node.attr[name].i = 2
    for name in ("is_training", "adj_x", "transpose_b", "half_pixel_centers", "keep_dims"):
        node.attr[name].b = name == "transpose_b"
    for name in ("epsilon", "alpha"):
        node.attr[name].f = 0.5
    graph.node.add(name="z", op="Relu", input=["y"]).attr["T"].type = 1
    return graph


def calls(branches):
    """A graph that calls a function that calls another one, at the side of a Switch or not."""
    graph = one_op("Switch" if branches else "Relu", ["x", "b"] if branches else ["x"])
    for name, op, inputs in (("inner", "TopKV2", ["a", "k:output:0"]), ("outer", "inner", ["a"])):
        function = graph.library.function.add()
        function.signature.name = name
        for arguments in (function.signature.input_arg, function.signature.output_arg):
            arguments.add(name="a" if arguments is function.signature.input_arg else "r", type_attr="T")
        node = function.node_def.add(name="y", op=op, input=inputs)
        node.attr["T"].placeholder = "T"
        constant(function, "k", np.int32(2))
        function.ret["r"] = "y:values:0" if name == "inner" else "y:r:0"
        function.control_ret["k"] = "k"
    call = graph.node.add(name="call", op="StatefulPartitionedCall", input=["y:1" if branches else "y", "^z"])
    call.attr["f"].func.name = "outer"
    call.attr["f"].func.attr["T"].type = 1
    choice = graph.node.add(name="choice", op="If", input=["b", "call"])
    choice.attr["then_branch"].func.CopyFrom(call.attr["f"].func)
    return graph


def main():
    folder = pathlib.Path(sys.argv[1])
    ops = set()
    for path in (ROOT / "src/model/tensorflow/operators").glob("*.cc"):
        ops |= set(re.findall(r'\{"([A-Z]\w+)", (?:"|\d)', path.read_text(encoding="utf-8")))
    for op in sorted(ops):
        for order in ORDERS:
            for count in {1, 2, 3, len(order)}:
                content = one_op(op, order[:count]).SerializeToString()
                (folder / f"{op}-{order[:count]}").write_bytes(content)
    for branches in (False, True):
        (folder / f"calls-{branches}").write_bytes(calls(branches).SerializeToString())


if __name__ == "__main__":
    main()
