# SPDX-License-Identifier: BSD-3-Clause
"""Small ONNX models that their own file quantizes, made by ONNX Runtime's tools or node by node."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

DIMS = (1, 3, 8, 8)
OPSET = 21


def save(path, nodes, inputs, outputs, initializers):
    """`inputs` and `outputs` are (name, element type, dims); `initializers` map names to arrays."""
    values = [[helper.make_tensor_value_info(*end) for end in ends] for ends in (inputs, outputs)]
    graph = helper.make_graph(nodes, "g", *values, [numpy_helper.from_array(np.ascontiguousarray(array), name)
                                                    for name, array in initializers.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 10
    onnx.save(model, path)
    return path


def float_model(path):
    random = np.random.default_rng(0)
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["c1"], "conv1", pads=[1, 1, 1, 1]),
        node("Relu", ["c1"], ["r1"], "relu1"),
        node("MaxPool", ["r1"], ["mp"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["mp", "w2", "b2"], ["c2"], "conv2", pads=[1, 1, 1, 1]),
        node("Sigmoid", ["c2"], ["sg"], "sigmoid"),
        node("Add", ["sg", "mp"], ["ad"], "add"),
        node("GlobalAveragePool", ["ad"], ["gp"], "average"),
        node("Flatten", ["gp"], ["fl"], "flatten"),
        node("MatMul", ["fl", "w3"], ["mm"], "matmul"),
        node("Softmax", ["mm"], ["y"], "softmax"),
    ]
    dims = {"w1": (4, 3, 3, 3), "b1": (4,), "w2": (4, 4, 3, 3), "b2": (4,), "w3": (4, 5)}
    weights = {name: (random.standard_normal(shape) / 2).astype(np.float32) for name, shape in dims.items()}
    return save(path, nodes, [("x", TensorProto.FLOAT, DIMS)], [("y", TensorProto.FLOAT, (1, 5))], weights)


def sample(seed):
    return np.random.default_rng(seed).standard_normal(DIMS).astype(np.float32)


class _Samples(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"x": sample(seed)} for seed in range(8)])

    def get_next(self):
        return next(self.left, None)


STATIC = {
    "qdq_u8": {},
    "qdq_s8": {"activation_type": QuantType.QInt8},
    "qdq_u8_per_channel": {"per_channel": True},
    "qdq_u8_weights_u8": {"weight_type": QuantType.QUInt8},
    "qdq_u16": {"activation_type": QuantType.QUInt16},
    "qdq_s16": {"activation_type": QuantType.QInt16},
    "qdq_int4_weights": {"weight_type": QuantType.QInt4, "per_channel": True},
    "qoperator_u8": {"quant_format": QuantFormat.QOperator},
    "qoperator_s8_per_channel": {"quant_format": QuantFormat.QOperator, "activation_type": QuantType.QInt8,
                                 "per_channel": True},
}


def static_model(folder, form):
    """`form` is a key of STATIC."""
    words = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8, "quant_format": QuantFormat.QDQ}
    quantize_static(float_model(folder / "float.onnx"), folder / f"{form}.onnx", _Samples(), **{**words, **STATIC[form]})
    return folder / f"{form}.onnx"


def dynamic_model(folder):
    quantize_dynamic(float_model(folder / "float.onnx"), folder / "dynamic.onnx")
    return folder / "dynamic.onnx"


def quantize(tensor, codes, scale="s", zero="z"):
    return helper.make_node("QuantizeLinear", [tensor, scale, zero], [codes])


def dequantize(codes, tensor, scale="s", zero="z"):
    return helper.make_node("DequantizeLinear", [codes, scale, zero], [tensor])


def pair(tensor, result, scale="s", zero="z"):
    return [quantize(tensor, result + "_q", scale, zero), dequantize(result + "_q", result, scale, zero)]


SCALES = {"s": np.float32(.05), "z": np.uint8(128)}
