# SPDX-License-Identifier: BSD-3-Clause
"""A small specimen or several of every operator that the program's tables know, to be run by themselves and after a Conv."""

import dataclasses

import numpy as np
from onnx import TensorProto, helper, numpy_helper

IMAGE, LINE, VOLUME, CUBE, MATRIX = (1, 4, 6, 8), (1, 4, 8), (1, 4, 4, 6, 5), (2, 3, 4), (3, 5)
MICROSOFT = "com.microsoft"
DEFAULT_OPSET = 18


@dataclasses.dataclass
class Data:
    """A float input: uniform in [low, high], or on `grid` integers and `shift`, so that rounding decides nothing."""
    dims: tuple
    low: float = -1
    high: float = 1
    grid: bool = False
    shift: float = 0.5
    derived: str = ""  # "bool" or an integer type: made from the float input by Greater or Cast.
    distinct: bool = False  # No two values closer than a hundredth of the range.

    def values(self, seed):
        random = np.random.default_rng(seed)
        if self.grid or self.derived:
            values = random.integers(self.low, self.high, self.dims) + self.shift
        elif self.distinct:
            values = random.permutation(np.linspace(self.low, self.high, int(np.prod(self.dims)))).reshape(self.dims)
        else:
            values = random.uniform(self.low, self.high, self.dims)
        return np.asarray(values, np.float32)


@dataclasses.dataclass
class Specimen:
    op_type: str
    operands: tuple
    attributes: dict
    outputs: int
    opset: int
    domain: str
    inverted: bool  # A Not follows: all false scores nothing.


SPECIMENS = []


def add(op_type, *operands, outputs=1, opset=DEFAULT_OPSET, domain="", inverted=False, **attributes):
    SPECIMENS.append(Specimen(op_type, operands, attributes, outputs, opset, domain, inverted))


def weights(*dims, seed=0):
    return (np.random.default_rng(seed).standard_normal(dims) / 2).astype(np.float32)


def positive(*dims):
    return np.abs(weights(*dims)) + np.float32(0.5)


def ints(*values):
    return np.array(values, np.int64)


def value(number):
    return np.array(number, np.float32)


def linear():
    add("Conv", Data(IMAGE), weights(6, 4, 3, 3), weights(6), strides=[2, 1], pads=[1, 0, 2, 1])
    add("Conv", Data(IMAGE), weights(6, 2, 3, 3), group=2, dilations=[2, 1], pads=[1, 1, 1, 1])
    add("Conv", Data(IMAGE), weights(4, 1, 3, 3), weights(4), group=4, strides=[2, 2])
    add("Conv", Data(LINE), weights(6, 4, 3), weights(6), strides=[2], pads=[1, 0])
    add("Conv", Data(VOLUME), weights(6, 4, 3, 3, 3), weights(6), pads=[1, 0, 1, 0, 1, 1])
    add("ConvTranspose", Data(IMAGE), weights(4, 3, 3, 3), weights(3), strides=[2, 2], pads=[1, 0, 1, 1],
        output_padding=[1, 1])
    add("ConvTranspose", Data(IMAGE), weights(4, 3, 3, 2), strides=[2, 2], group=2)
    add("ConvTranspose", Data(LINE), weights(4, 3, 3), weights(3), strides=[2])
    add("Gemm", Data((3, 4)), weights(5, 4), weights(5), transB=1)
    add("Gemm", Data((3, 4)), Data((4, 5)))
    add("MatMul", Data((2, 3, 4)), Data((2, 4, 5)))
    add("MatMul", Data((2, 3, 4)), weights(4, 5))


def recurrent():
    add("LSTM", Data((5, 2, 3)), weights(1, 16, 3), weights(1, 16, 4), weights(1, 32), outputs=3, hidden_size=4)
    add("LSTM", Data((5, 2, 3)), weights(1, 16, 3), weights(1, 16, 4), outputs=1, hidden_size=4)
    add("LSTM", Data((5, 2, 3)), weights(2, 16, 3), weights(2, 16, 4), weights(2, 32), outputs=1, hidden_size=4,
        direction="bidirectional")
    add("GRU", Data((5, 2, 3)), weights(1, 12, 3), weights(1, 12, 4), weights(1, 24), outputs=2, hidden_size=4)
    add("GRU", Data((5, 2, 3)), weights(1, 12, 3), weights(1, 12, 4), weights(1, 24), outputs=2, hidden_size=4,
        linear_before_reset=1)
    add("RNN", Data((5, 2, 3)), weights(1, 4, 3), weights(1, 4, 4), weights(1, 8), outputs=2, hidden_size=4)


def normalizations():
    add("BatchNormalization", Data(IMAGE), positive(4), weights(4), weights(4, seed=1), positive(4))
    add("BatchNormalization", Data(IMAGE), weights(4), weights(4), weights(4, seed=1), positive(4))
    add("BatchNormalization", Data(IMAGE), weights(4, seed=7) * 3, weights(4) * 9, weights(4, seed=1), positive(4) / 9)
    add("BatchNormalization", Data((2, 4)), positive(4), weights(4), weights(4, seed=1), positive(4))
    add("InstanceNormalization", Data(IMAGE), weights(4), weights(4), epsilon=1e-3)
    add("InstanceNormalization", Data(LINE), weights(4), weights(4), epsilon=1e-3)
    add("LayerNormalization", Data(CUBE), weights(4), weights(4), axis=-1, epsilon=1e-3)
    add("LayerNormalization", Data(CUBE), positive(3, 4), weights(3, 4), axis=1)
    add("GroupNormalization", Data(IMAGE), weights(4), weights(4), num_groups=2, opset=21)
    add("GroupNormalization", Data(IMAGE), positive(2), weights(2), num_groups=2)
    add("RMSNormalization", Data(CUBE), positive(4), opset=23)
    add("SimplifiedLayerNormalization", Data(CUBE), positive(4))
    add("LRN", Data(IMAGE), size=3, alpha=0.02, beta=0.6, bias=1.5)
    add("LpNormalization", Data(CUBE), axis=-1, p=2)
    add("LpNormalization", Data(IMAGE), axis=1, p=2)
    add("MeanVarianceNormalization", Data(IMAGE))
    for kind in ("Softmax", "LogSoftmax"):
        add(kind, Data(CUBE, -3, 3), axis=-1)
        add(kind, Data(IMAGE, -3, 3), axis=1)
    add("Hardmax", Data(MATRIX, distinct=True), axis=-1)


def activations():
    for kind in "Celu Elu HardSigmoid HardSwish LeakyRelu Mish Relu Selu Sigmoid Softplus Softsign Tanh".split():
        add(kind, Data(IMAGE, -3, 4))
    add("ThresholdedRelu", Data(IMAGE, -3, 4, grid=True), alpha=1.0)
    add("Shrink", Data(IMAGE, -3, 4, grid=True), lambd=1.0, bias=0.25)
    add("Gelu", Data(IMAGE, -3, 4), opset=20)
    add("Gelu", Data(IMAGE, -3, 4), domain=MICROSOFT)
    add("QuickGelu", Data(IMAGE, -3, 4), domain=MICROSOFT)
    add("Swish", Data(IMAGE, -3, 4), opset=24)
    add("Elu", Data(IMAGE), alpha=0.3)
    add("HardSigmoid", Data(IMAGE, -3, 4), alpha=0.3, beta=0.4)
    add("PRelu", Data(IMAGE, -3, 4), positive(4, 1, 1))
    add("PRelu", Data(MATRIX, -3, 4), positive(5))
    add("Clip", Data(IMAGE), value(-0.2), value(0.6))
    add("Clip", Data(IMAGE, -1, 9), value(0), value(6))
    add("Clip", Data(IMAGE), value(-0.2))


def element_wise():
    for kind in "Add Sub Mul Div Max Min".split():
        add(kind, Data(IMAGE), positive(4, 1, 1))
        add(kind, Data(IMAGE), Data(IMAGE, 1, 3))
    for kind in "Max Min Sum Mean".split():
        add(kind, Data(MATRIX), Data(MATRIX, -3, 2), Data(MATRIX, -1, 4))
    add("Pow", Data(IMAGE, 0.2, 2), value(2))
    add("Pow", Data(IMAGE, 0.2, 2), value(0.5))
    add("Mod", Data(MATRIX, 0, 7, derived="int32"), np.array([3], np.int32))
    add("Mod", Data(MATRIX, 0, 7, grid=True), value([2]), fmod=1)
    for kind in "Greater GreaterOrEqual Less LessOrEqual".split():
        add(kind, Data(MATRIX, -3, 4, grid=True), Data(MATRIX, -4, 3, grid=True, shift=0))
        add(kind, Data(MATRIX, -3, 4, grid=True), value([1]))
    add("Equal", Data(MATRIX, 0, 3, derived="int32"), np.array([1], np.int32))
    add("Equal", Data(MATRIX, 0, 3, derived="int32"), Data(MATRIX, 0, 3, derived="int32"))
    for kind in "And Or Xor".split():
        add(kind, Data(MATRIX, -2, 3, derived="bool"), Data(MATRIX, -3, 2, derived="bool"))
    add("Not", Data(MATRIX, -2, 3, derived="bool"))
    for kind in "Abs Neg Sin Cos Atan Exp Erf Asinh Sinh".split():
        add(kind, Data(MATRIX, -2, 2))
    add("Cosh", Data(MATRIX, -2, 2))
    for kind in "Acos Asin Atanh".split():
        add(kind, Data(MATRIX, -0.8, 0.8))
    add("Tan", Data(MATRIX, -1, 1))
    for kind in "Log Sqrt".split():
        add(kind, Data(MATRIX, 0.5, 3))
    add("Reciprocal", Data(MATRIX, 0.05, 0.2))
    add("Acosh", Data(MATRIX, 1.2, 3))
    for kind in "Ceil Floor Sign".split():
        add(kind, Data(MATRIX, -3, 3, grid=True))
    add("Round", Data(MATRIX, 0.6, 1.4))
    add("Where", Data(MATRIX, -2, 3, derived="bool"), Data(MATRIX), weights(1))
    add("Where", Data(MATRIX, -2, 3, derived="bool"), Data(MATRIX), Data(MATRIX, -6, 5))
    add("Where", np.array([[True, False, True, False, True]] * 3), Data(MATRIX), Data(MATRIX, -6, 5))
    add("Cast", Data(MATRIX, 0, 6, grid=True), to=TensorProto.INT32)
    add("Cast", Data(MATRIX, 0, 6, derived="int32"), to=TensorProto.FLOAT)
    add("CastLike", Data(MATRIX, 0, 6, grid=True), np.array([3], np.int32))
    add("IsInf", Data(MATRIX), opset=20, inverted=True)
    add("IsNaN", Data(MATRIX), opset=20, inverted=True)
    add("Identity", Data(MATRIX))
    add("Dropout", Data(MATRIX))
    for kind in "BitwiseAnd BitwiseOr BitwiseXor".split():
        add(kind, Data(MATRIX, 0, 7, derived="int32"), np.array([3], np.int32))
    add("BitwiseNot", Data(MATRIX, 0, 7, derived="int32"))


def movements():
    add("Concat", Data(IMAGE), weights(1, 2, 6, 8) * 4, axis=1)
    add("Concat", Data(CUBE), Data((2, 5, 4), -6, 5), axis=1)
    add("Split", Data((1, 6, 5)), ints(2, 4), outputs=2, axis=1)
    add("Slice", Data((4, 6, 8)), ints(1, 0), ints(3, 8), ints(0, 2), ints(1, 2))
    add("Slice", Data((4, 6, 8)), ints(-1, 7), ints(-5, 0), ints(1, 2), ints(-1, -2))
    add("Reshape", Data(CUBE), ints(6, 4))
    add("Flatten", Data(CUBE), axis=1)
    add("Transpose", Data(CUBE), perm=[2, 0, 1])
    add("Squeeze", Data((2, 1, 4)), ints(1))
    add("Unsqueeze", Data((2, 4)), ints(1))
    add("Tile", Data(CUBE), ints(2, 1, 3))
    add("Expand", Data((1, 3, 1)), ints(2, 3, 4))
    pads = ints(0, 0, 1, 2, 0, 0, 2, 1)
    for number in (0, 0.5, -5, 7):
        add("Pad", Data(IMAGE), pads, value(number))
    add("Pad", Data(IMAGE, 0.2, 1), pads, value(-5))
    for mode in ("reflect", "edge"):
        add("Pad", Data(IMAGE), pads, mode=mode)
    for mode in ("DCR", "CRD"):
        add("DepthToSpace", Data((1, 8, 3, 4)), blocksize=2, mode=mode)
    add("SpaceToDepth", Data((1, 2, 4, 6)), blocksize=2)
    add("Trilu", Data((4, 5)), upper=1)
    add("Einsum", Data((3, 4)), Data((4, 5)), equation="ij,jk->ik")
    add("ReverseSequence", Data((4, 3)), ints(4, 2, 3))


def pools():
    for kind in ("MaxPool", "AveragePool"):
        add(kind, Data(IMAGE), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
        add(kind, Data(LINE), kernel_shape=[3], strides=[2])
        add(kind, Data(VOLUME), kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    add("AveragePool", Data(IMAGE), kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    add("MaxPool", Data(IMAGE), kernel_shape=[2, 2], dilations=[2, 2])
    add("MaxPool", Data(IMAGE, distinct=True), kernel_shape=[2, 2], strides=[2, 2], outputs=2)
    add("LpPool", Data((1, 3, 8, 8)), kernel_shape=[2, 2], strides=[2, 2], p=2)
    for dims in (IMAGE, LINE, VOLUME):
        add("GlobalAveragePool", Data(dims))
        add("GlobalMaxPool", Data(dims))
    add("GlobalLpPool", Data(IMAGE), p=2)


def images():
    scales = np.float32([1, 1, 2, 2])
    for place in "half_pixel pytorch_half_pixel align_corners asymmetric".split():
        add("Resize", Data((1, 2, 4, 5)), None, scales, mode="linear", coordinate_transformation_mode=place)
        for rounding in ("round_prefer_floor", "floor"):
            add("Resize", Data((1, 2, 4, 5)), None, scales, mode="nearest", coordinate_transformation_mode=place,
                nearest_mode=rounding)
    add("Resize", Data((1, 2, 4, 5)), None, scales, mode="cubic", cubic_coeff_a=-0.5)
    add("Resize", Data((1, 2, 4, 5)), None, None, ints(1, 2, 7, 9), mode="linear")
    add("Resize", Data((1, 2, 4, 5)), None, None, ints(1, 2, 7, 9), mode="nearest")
    for mode in ("nearest", "linear"):
        add("Upsample", Data((1, 2, 4, 5)), scales, mode=mode, opset=9)
    add("GridSample", Data(IMAGE), Data((1, 4, 4, 2), -0.9, 0.9), opset=16)
    add("GridSample", Data(IMAGE), Data((1, 4, 4, 2), -0.9, 0.9), mode="bilinear", padding_mode="border",
        align_corners=1, opset=16)
    add("RoiAlign", Data(IMAGE), np.float32([[0, 0, 4, 4], [1, 1, 5, 5]]), ints(0, 0), output_height=2, output_width=2,
        sampling_ratio=2)
    add("NonMaxSuppression", Data((1, 4, 4), 0, 1), Data((1, 1, 4), 0.2, 1, distinct=True), ints(2), value([0.5]))


def indices():
    add("Gather", Data((5, 4)), ints([0, 2], [4, 1]), axis=0)
    add("Gather", Data((5, 4)), np.array(2), axis=0)
    add("Gather", Data((5, 4)), ints(-1, 2), axis=1)
    add("GatherND", Data((5, 4, 3)), ints([0, 2], [4, 1]))
    add("GatherND", Data((5, 4, 3)), ints([0, -2], [-1, 1]))
    add("GatherElements", Data((3, 4)), ints([0, 2], [1, 1], [3, 0]), axis=1)
    add("GatherElements", Data((3, 4)), ints([0, -2], [1, 1], [-1, 0]), axis=1)
    for reduction in ("none", "add", "max"):
        add("ScatterND", Data((5, 4)), ints([0], [3]), Data((2, 4), -6, 5), reduction=reduction)
        add("ScatterElements", Data((3, 4)), ints([0, 2], [1, 3], [3, 0]), Data((3, 2), -6, 5), axis=1,
            reduction=reduction)
    add("ScatterND", Data((5, 4)), ints([0], [-2]), Data((2, 4), -6, 5))
    add("ScatterND", Data((5, 4)), ints([0], [3]), weights(2, 4) * 5)
    add("ScatterElements", Data((3, 4)), ints([0, -2], [1, 3], [-1, 0]), Data((3, 2), -6, 5), axis=1)
    add("ScatterElements", Data((3, 4)), ints([0, 2], [1, 3], [3, 0]), weights(3, 2) * 5, axis=1)
    add("Scatter", Data((3, 4)), ints([0, 2], [1, 3], [3, 0]), Data((3, 2), -6, 5), axis=1, opset=10)
    for kind in ("ArgMax", "ArgMin"):
        add(kind, Data(CUBE, distinct=True), axis=1, keepdims=0)
        add(kind, Data(IMAGE, distinct=True), axis=1)
        add(kind, Data(CUBE, distinct=True), axis=2)
    for largest in (0, 1):
        add("TopK", Data((2, 6), distinct=True), ints(3), outputs=2, axis=-1, largest=largest)
    add("OneHot", Data((4,), 0, 5, derived="int64"), np.array(5), np.float32([0, 1]))
    add("CumSum", Data(CUBE), np.array(1))


def reductions():
    for kind in "L1 L2 LogSumExp Max Mean Min Sum SumSquare".split():
        add(f"Reduce{kind}", Data(CUBE), ints(1), keepdims=1)
        add(f"Reduce{kind}", Data(IMAGE), ints(2, 3), keepdims=0)
    add("ReduceProd", Data(CUBE, 0.5, 1.5), ints(1), keepdims=1)
    add("ReduceLogSum", Data(CUBE, 0.5, 1.5), ints(1), keepdims=1)


def info(name, dims, type_=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, type_, dims)


def chosen(number):
    constant = helper.make_node("Constant", [], ["chosen"], value_floats=[number, -number])
    return helper.make_graph([constant], "branch", [], [info("chosen", [2])])


def grown():
    nodes = [helper.make_node("Identity", ["go"], ["goes"]), helper.make_node("Neg", ["v"], ["n"]),
             helper.make_node("Relu", ["n"], ["r"]), helper.make_node("Add", ["v", "r"], ["w"])]
    return helper.make_graph(nodes, "body", [info("round", [], TensorProto.INT64), info("go", [], TensorProto.BOOL),
                                             info("v", [2, 3])], [info("goes", [], TensorProto.BOOL), info("w", [2, 3])])


def summed():
    nodes = [helper.make_node("Add", ["s", "x"], ["t"]), helper.make_node("Identity", ["t"], ["each"])]
    return helper.make_graph(nodes, "body", [info("s", [3]), info("x", [3])], [info("t", [3]), info("each", [3])])


def control_flow():
    add("If", Data((1,), 0, 2, derived="bool"), then_branch=chosen(1.0), else_branch=chosen(2.0))
    add("Loop", np.array(3), None, Data((2, 3)), body=grown())
    add("Scan", Data((3,)), Data((2, 3)), outputs=2, body=summed(), num_scan_inputs=1)


def shapes():
    add("Shape", Data(CUBE))
    add("Size", Data(CUBE))
    add("EyeLike", Data((3, 4)), dtype=TensorProto.FLOAT)
    add("ConstantOfShape", Data((2,), 1, 3, derived="int64"),
        value=numpy_helper.from_array(np.float32([1.5])))
    add("Range", Data((), 0, 1, derived="int64"), np.array(7), np.array(2))
    add("QuantizeLinear", Data(MATRIX), value(0.05), np.array(120, np.uint8))
    add("DequantizeLinear", Data(MATRIX, 0, 100, derived="uint8"), value(0.05), np.array(20, np.uint8))


for family in (linear, recurrent, normalizations, activations, element_wise, movements, pools, images, indices,
               reductions, control_flow, shapes):
    family()
