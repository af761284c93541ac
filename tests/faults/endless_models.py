# SPDX-License-Identifier: BSD-3-Clause
"""Models that never end, one for each runtime, and the words that run them."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "engines"))

DIMS = (4,)


def endless_onnx(path):
    """A Loop without a bound whose condition stays true."""
    value = lambda name, kind=TensorProto.FLOAT, dims=DIMS: helper.make_tensor_value_info(name, kind, dims)
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["goes_on"]), helper.make_node("Neg", ["v"], ["w"])], "body",
        [value("i", TensorProto.INT64, ()), value("go", TensorProto.BOOL, ()), value("v")],
        [value("goes_on", TensorProto.BOOL, ()), value("w")])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["", "true", "x"], ["y"], "endless", body=body)], "endless", [value("x")], [value("y")],
        [helper.make_tensor("true", TensorProto.BOOL, (), [True])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return "y"


def endless_tflite(path):
    """A WHILE whose condition is that a number that stays zero is below one."""
    from tflite_models import Builder
    builder = Builder()
    given = [builder.constant(np.int32(0)), builder.input("x", DIMS)]
    condition, condition_number = builder.subgraph()
    body, body_number = builder.subgraph()
    for graph in (condition, body):
        graph.input(f"{graph.graph.name}/step", [], np.int32)
        graph.input(f"{graph.graph.name}/v", DIMS)
    condition.output(condition.op("LESS", [0, condition.constant(np.int32(1))], dtype=np.bool_, options="LessOptions",
                                  dims=()))
    same = body.op("MUL", [0, body.constant(np.int32(1))], dtype=np.int32, options="MulOptions", name="same", dims=())
    body.output(same, body.op("NEG", [1], name="next", dims=DIMS))
    outputs = builder.op("WHILE", given, outputs=2, name="endless", options="WhileOptions",
                         condSubgraphIndex=condition_number, bodySubgraphIndex=body_number, dtype=[np.int32, np.float32])
    for made, taken in zip(outputs, given):
        builder.graph.tensors[made].shape = builder.graph.tensors[taken].shape
    output = builder.op("NEG", [outputs[1]], name="y", dims=DIMS)
    builder.output(output)
    builder.write(path, run_for_dims=False)
    return "y"


def endless_tensorflow(path):
    """A while loop as TensorFlow 1 has it."""
    from tensorflow_models import freeze, tf, tf1

    def build():
        tf1.disable_control_flow_v2()
        x = tf1.placeholder(tf.float32, DIMS, "x")
        tf.negative(tf1.while_loop(lambda v: tf.reduce_sum(v * 0.0) < 1.0, lambda v: -v, [x]), name="y")

    freeze(build, path)
    return "y:0"
