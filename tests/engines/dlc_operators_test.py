# SPDX-License-Identifier: BSD-3-Clause
"""Operators in DLC files: those that Qualcomm's serializer writes and those that this program writes give the values
that ONNX Runtime computes from the ONNX model."""

import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import qnn_dlc
from program import ProgramTest

FLOOR_DB = 100
TYPES = {"int64": TensorProto.INT64, "int32": TensorProto.INT32, "bool": TensorProto.BOOL}
IMAGE, LINE, VOLUME, CUBE, MATRIX = (1, 4, 9, 8), (1, 4, 9), (1, 4, 5, 6, 7), (2, 3, 4), (3, 5)


def floats(*dims, seed=0):
    return (np.random.default_rng(seed).standard_normal(dims) / 2).astype(np.float32)


def positive(*dims):
    return np.abs(floats(*dims)) + np.float32(0.5)


def ints(*values):
    return np.array(values, np.int64)


class Model:
    """Many operators side by side in one ONNX model; every one has outputs of its own."""

    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, []
        self.calls = []

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def input(self, dims):
        name = "x" + "_".join(map(str, dims))
        self.inputs[name] = dims
        return name

    def derived(self, kind, dims):
        """A bool or integer tensor, of an input."""
        name, source = f"{kind}_{len(self.nodes)}", self.input(dims)
        if kind == "bool":
            self.nodes.append(helper.make_node("Greater", [source, self.constant(np.float32([0.1]))], [name]))
        else:
            self.nodes.append(helper.make_node("Cast", [source], [name], to=TYPES[kind]))
        return name

    def operand(self, given):
        if given is None:
            return ""
        if isinstance(given, (np.ndarray, np.generic)):
            return self.constant(given)
        return self.derived(*given) if isinstance(given[0], str) else self.input(given)

    def add(self, kind, *operands, outputs=1, **attributes):
        """Operands: dims of an input, (type, dims) of one that is not float, an array for a constant, None."""
        self.calls.append((kind, operands, outputs, attributes))
        made = [f"y{len(self.outputs) + i}_{kind}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, [self.operand(one) for one in operands], made, name="n_" + made[0],
                                           **attributes))
        self.outputs += made

    def alone(self):
        """A model for each of the operators."""
        for kind, operands, outputs, attributes in self.calls:
            model = Model()
            model.add(kind, *operands, outputs=outputs, **attributes)
            yield model

    def onnx(self, opset=17):
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in self.inputs.items()]
        bare = [helper.make_empty_tensor_value_info(name) for name in self.outputs]
        graph = helper.make_graph(self.nodes, "net", ends, bare, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                                  ir_version=10 if opset > 20 else 8)
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
        known = {value.name: value for value in inferred.graph.output}
        for output in inferred.graph.output:
            output.CopyFrom(known[output.name])
        return inferred


def convolutions():
    model = Model()
    model.add("Conv", IMAGE, floats(6, 4, 3, 3), floats(6), strides=[2, 1], pads=[1, 0, 2, 1])
    model.add("Conv", IMAGE, floats(6, 2, 3, 3), group=2, dilations=[2, 1], pads=[1, 1, 1, 1])
    model.add("Conv", IMAGE, floats(4, 1, 3, 3), floats(4), group=4, strides=[2, 2])
    model.add("Conv", IMAGE, floats(8, 1, 3, 3), group=4)
    model.add("Conv", IMAGE, floats(6, 4, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    model.add("Conv", LINE, floats(6, 4, 3), floats(6), strides=[2], pads=[1, 0])
    model.add("Conv", VOLUME, floats(6, 4, 3, 3, 3), floats(6), pads=[1, 0, 1, 0, 1, 1], strides=[1, 2, 1])
    model.add("Conv", (1, 1, 6, 8), floats(1, 1, 3, 3))
    model.add("ConvTranspose", IMAGE, floats(4, 3, 3, 3), floats(3), strides=[2, 2], pads=[1, 0, 1, 1],
              output_padding=[1, 1])
    model.add("ConvTranspose", IMAGE, floats(4, 3, 3, 2), strides=[2, 2], group=2)
    model.add("ConvTranspose", LINE, floats(4, 3, 3), floats(3), strides=[2])
    model.add("ConvTranspose", VOLUME, floats(4, 3, 2, 2, 2), floats(3), strides=[2, 1, 2])
    return model


def pools():
    model = Model()
    for kind in ("MaxPool", "AveragePool"):
        model.add(kind, IMAGE, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
        model.add(kind, IMAGE, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        model.add(kind, LINE, kernel_shape=[3], strides=[2])
        model.add(kind, VOLUME, kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    model.add("AveragePool", IMAGE, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    for p in (1, 2):
        model.add("LpPool", (1, 3, 8, 8), kernel_shape=[2, 2], strides=[2, 2], p=p)
        model.add("LpPool", (1, 3, 8, 8), kernel_shape=[3, 2], strides=[2, 1], pads=[1, 1, 1, 0], p=p)
    model.add("LpPool", (1, 3, 8), kernel_shape=[2], p=2)
    model.add("LpPool", (1, 3, 4, 4, 4), kernel_shape=[2, 2, 2], p=2)
    for dims in (IMAGE, LINE, VOLUME):
        model.add("GlobalAveragePool", dims)
    model.add("GlobalMaxPool", IMAGE)
    return model


def normalizations():
    model = Model()
    for dims in (IMAGE, (2, 4, 7), (2, 4)):
        model.add("BatchNormalization", dims, positive(4), floats(4), floats(4), positive(4), epsilon=1e-3)
    model.add("InstanceNormalization", IMAGE, floats(4), floats(4), epsilon=1e-3)
    model.add("InstanceNormalization", LINE, floats(4), floats(4), epsilon=1e-3)
    model.add("LayerNormalization", CUBE, floats(4), floats(4), axis=-1, epsilon=1e-3)
    model.add("LayerNormalization", CUBE, floats(3, 4), floats(3, 4), axis=1)
    model.add("LRN", IMAGE, size=3, alpha=0.02, beta=0.6, bias=1.5)
    model.add("LpNormalization", CUBE, axis=-1, p=2)
    model.add("LpNormalization", IMAGE, axis=1, p=2)
    model.add("Softmax", CUBE, axis=-1)
    model.add("Softmax", IMAGE, axis=1)
    model.add("LogSoftmax", IMAGE, axis=1)
    return model


def element_wise():
    model = Model()
    for kind in "Add Sub Mul Div Max Min PRelu".split():
        model.add(kind, IMAGE, positive(4, 1, 1))
    model.add("Pow", (1, 4, 3, 3), np.float32(2))
    model.add("Add", IMAGE, IMAGE)
    model.add("Add", IMAGE, floats())
    model.add("Mod", ("int32", MATRIX), np.array([3], np.int32))
    for kind in "Equal Greater GreaterOrEqual Less LessOrEqual".split():
        model.add(kind, MATRIX, floats(1))
    for kind in "And Or Xor".split():
        model.add(kind, ("bool", MATRIX), ("bool", MATRIX))
    for kind in "Max Sum Mean".split():
        model.add(kind, MATRIX, MATRIX, MATRIX)
    for kind in "Abs Atan Ceil Cos Exp Floor Neg Round Sign Sin".split():
        model.add(kind, MATRIX)
    for kind in "Relu Sigmoid Tanh Softplus HardSwish Elu Selu LeakyRelu ThresholdedRelu HardSigmoid".split():
        model.add(kind, IMAGE)
    model.add("Elu", IMAGE, alpha=0.3)
    model.add("HardSigmoid", IMAGE, alpha=0.3, beta=0.4)
    model.add("Clip", IMAGE, np.float32(-0.2), np.float32(0.6))
    model.add("Clip", IMAGE, np.float32(-0.2))
    model.add("Clip", ("int32", MATRIX), np.int32(0), np.int32(1))
    model.add("Clip", ("int32", MATRIX), None, np.int32(0))
    model.add("Reciprocal", (2, 8))
    model.add("Not", ("bool", MATRIX))
    model.add("Where", ("bool", MATRIX), MATRIX, floats(1))
    model.add("Cast", MATRIX, to=TensorProto.INT32)
    model.add("IsNaN", MATRIX)
    return model


def movements():
    model = Model()
    model.add("Concat", IMAGE, floats(1, 2, 9, 8), axis=1)
    model.add("Concat", CUBE, (2, 5, 4), axis=1)
    model.add("Split", (1, 6, 5), ints(2, 4), outputs=2, axis=1)
    model.add("Slice", (4, 6, 8), ints(1, 0), ints(3, 8), ints(0, 2), ints(1, 2))
    model.add("Slice", (4, 6, 8), ints(-1, 7), ints(-5, 0), ints(1, 2), ints(-1, -2))
    model.add("Slice", (4, 6, 8), ints(-1), ints(np.iinfo(np.int64).min), ints(1), ints(-1))
    model.add("Reshape", CUBE, ints(6, 4))
    model.add("Transpose", CUBE, perm=[2, 0, 1])
    model.add("Squeeze", (2, 1, 4), ints(1))
    model.add("Tile", CUBE, ints(2, 1, 3))
    model.add("Expand", (1, 3, 1), ints(2, 3, 4))
    model.add("Expand", (4,), ints(2, 3, 4))
    model.add("Expand", (1, 4, 1, 1), ints(1, 4, 9, 8))
    model.add("Expand", ("int32", (1, 5)), ints(3, 5))
    model.add("Expand", ("bool", (1, 5)), ints(3, 5))
    model.add("Split", IMAGE, axis=1)
    model.add("Pad", IMAGE, ints(0, 0, 1, 2, 0, 0, 2, 1), np.float32(0.5))
    model.add("Pad", CUBE, ints(0, -1, 1, 0, 0, 2))
    model.add("Pad", IMAGE, ints(0, 0, -1, 0, 0, 0, 0, 1), np.float32(0.5))
    for mode in ("reflect", "edge"):
        model.add("Pad", IMAGE, ints(0, 0, 1, 2, 0, 0, 2, 1), mode=mode)
    for mode in ("DCR", "CRD"):
        model.add("DepthToSpace", (1, 8, 3, 4), blocksize=2, mode=mode)
    model.add("SpaceToDepth", (1, 2, 4, 6), blocksize=2)
    return model


def resizes():
    model = Model()
    scales = np.float32([1, 1, 2, 2])
    for place in "half_pixel pytorch_half_pixel align_corners asymmetric".split():
        model.add("Resize", (1, 2, 4, 5), None, scales, mode="linear", coordinate_transformation_mode=place)
        for rounding in "round_prefer_floor round_prefer_ceil floor ceil".split():
            model.add("Resize", (1, 2, 4, 5), None, scales, mode="nearest", coordinate_transformation_mode=place,
                      nearest_mode=rounding)
    model.add("Resize", (1, 2, 4, 5), None, scales, mode="cubic", cubic_coeff_a=-0.5)
    model.add("Resize", (1, 2, 4, 5), None, None, ints(1, 2, 7, 9), mode="linear")
    return model


def indices():
    model = Model()
    model.add("Gather", (5, 4), ints([0, 2], [4, 1]), axis=0)
    model.add("Gather", (5, 4), np.array(2), axis=0)
    model.add("GatherND", (5, 4, 3), ints([0, 2], [4, 1]))
    model.add("GatherElements", (3, 4), ints([0, 2], [1, 1], [3, 0]), axis=1)
    model.add("ScatterND", (5, 4), ints([0], [3]), floats(2, 4))
    model.add("ScatterND", (5, 4), ints([0], [3]), floats(2, 4), reduction="add")
    model.add("ScatterElements", (3, 4), ints([0, 2], [1, 1], [3, 0]), floats(3, 2), axis=1)
    for reduction in ("add", "mul", "max"):
        model.add("ScatterElements", (3, 4), ints([0, 2], [1, 3], [3, 0]), floats(3, 2), axis=1, reduction=reduction)
    model.add("ArgMax", CUBE, axis=1, keepdims=0)
    model.add("ArgMin", CUBE, axis=2)
    for largest in (0, 1):
        model.add("TopK", (2, 6), ints(3), outputs=2, axis=-1, largest=largest)
    model.add("OneHot", ("int64", (4,)), np.array(5), np.float32([0, 1]))
    model.add("CumSum", CUBE, np.array(1))
    return model


def reductions():
    model = Model()
    for kind in "Mean Max Min Prod L2 LogSumExp".split():
        model.add(f"Reduce{kind}", CUBE, axes=[1], keepdims=1)
    model.add("ReduceSum", CUBE, ints(1, 2), keepdims=0)
    model.add("ReduceMean", IMAGE, axes=[2, 3], keepdims=1)
    model.add("ReduceMean", CUBE, axes=[2, 2, -1, 2], keepdims=0)
    return model


def matrices():
    model = Model()
    model.add("MatMul", (2, 3, 4), (2, 4, 5))
    model.add("MatMul", (2, 3, 4), floats(4, 5))
    model.add("MatMul", (4,), floats(4, 5))
    model.add("MatMul", (2, 1, 3, 4), (5, 4, 6))
    model.add("MatMul", (2, 3, 4), (4,))
    model.add("MatMul", (4,), (4, 5))
    model.add("MatMul", floats(3, 4), (4,))
    for equation in ("bij,bjk->bik", "bid,bjd->bij"):
        model.add("Einsum", (2, 4, 4), (2, 4, 4), equation=equation)
    model.add("Einsum", (1, 2, 3, 4), (2, 5, 4), equation="bhwc,hkc->bhwk")
    model.add("Gemm", (3, 4), floats(5, 4), floats(5), transB=1)
    model.add("Gemm", (3, 4), (4, 5))
    model.add("GridSample", IMAGE, (1, 4, 4, 2))
    model.add("GridSample", IMAGE, (1, 4, 4, 2), mode="nearest", padding_mode="border", align_corners=1)
    return model


def recurrences():
    model = Model()
    model.add("LSTM", (5, 2, 3), floats(1, 16, 3), floats(1, 16, 4), floats(1, 32), outputs=3, hidden_size=4)
    model.add("GRU", (5, 2, 3), floats(1, 12, 3), floats(1, 12, 4), floats(1, 24), outputs=2, hidden_size=4)
    model.add("GRU", (5, 2, 3), floats(1, 12, 3), floats(1, 12, 4), floats(1, 24), outputs=2, hidden_size=4,
              linear_before_reset=1)
    return model


FAMILIES = (convolutions, pools, normalizations, element_wise, movements, resizes, indices, reductions, matrices,
            recurrences)


class DlcOperatorsTest(ProgramTest):

    def feeds(self, model):
        return {name: floats(*dims, seed=len(name)) for name, dims in model.inputs.items()}

    def run_engine(self, feeds, *words):
        pairs = [f"{name}:={self.write_raw(name + '.raw', value)}" for name, value in feeds.items()]
        self.run_program("--inference_engine", "--runtime", "cpu", "--architecture", "x86_64-linux-clang",
                         "--input_list", self.write_input_list(" ".join(pairs)), *words)
        return self.latest("inference_engine").resolve()

    def check(self, model, feeds, run):
        names = model.outputs
        expected = onnxruntime.InferenceSession(
            model.onnx().SerializeToString(), providers=["CPUExecutionProvider"]).run(names, feeds)
        folder = run / "output" / "Result_0"
        records = {record["name"]: record for record in self.manifest(folder)["tensors"]}
        for name, golden in zip(names, expected):
            with self.subTest(name):
                record = records[name]
                self.assertEqual(record["dims"], list(golden.shape))
                got = np.fromfile(folder / record["file"], np.float32)
                self.assertGreaterEqual(sqnr(golden.astype(np.float32).ravel(), got), FLOOR_DB)

    def test_serialized_by_qnn(self):
        for family in FAMILIES:
            with self.subTest(family.__name__):
                model = family()
                feeds = self.feeds(model)
                dlc = qnn_dlc.dump(model.onnx(), self.folder / family.__name__)
                self.check(model, feeds, self.run_engine(feeds, "--stage", "converted", "--static_model", dlc))

    def test_written_here(self):
        for family in FAMILIES:
            with self.subTest(family.__name__):
                model = family()
                feeds = self.feeds(model)
                file = self.folder / "source.onnx"
                onnx.save(model.onnx(), file)
                words = ["--framework", "onnx", "--model_path", file, "--precision", "fp32"]
                for name, dims in model.inputs.items():
                    words += ["--input_tensor", name, ",".join(map(str, dims)), self.write_raw(name, feeds[name])]
                for name in model.outputs:
                    words += ["--output_tensor", name]
                dlc = self.run_engine(feeds, *words) / "base.dlc"
                self.check(model, feeds, self.run_engine(feeds, "--stage", "converted", "--static_model", dlc))


def sqnr(golden, got):
    """In dB; infinite for equal tensors."""
    if golden.shape != got.shape:
        return -np.inf
    noise = np.square(golden.astype(np.float64) - got).sum()
    return np.inf if noise == 0 else 10 * np.log10(np.square(golden.astype(np.float64)).sum() / noise)


if __name__ == "__main__":
    unittest.main()
