# SPDX-License-Identifier: BSD-3-Clause
"""A model small enough to work its quantization out by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def small_model(path, outlier=0.0, channels=8):
    """x -> Conv -> Relu -> Conv -> y, with one far weight where asked for."""
    random = np.random.default_rng(5)
    first = random.normal(0, 0.2, (channels, 3, 3, 3)).astype(np.float32)
    first[0, 0, 0, 0] += outlier
    second = random.normal(0, 0.2, (4, channels, 1, 1)).astype(np.float32)
    tensors = {"w1": first, "b1": random.normal(0, 0.1, channels).astype(np.float32), "w2": second,
               "b2": random.normal(0, 0.1, 4).astype(np.float32)}
    nodes = [helper.make_node("Conv", ["x", "w1", "b1"], ["c"], name="conv1", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["r"], name="relu1"),
             helper.make_node("Conv", ["r", "w2", "b2"], ["y"], name="conv2")]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 12, 12])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 12, 12])],
                              [numpy_helper.from_array(value, name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, path)
    return tensors
