# SPDX-License-Identifier: BSD-3-Clause
"""The conversion of TensorFlow Lite's operators: one model with all of them, golden against the converted graph in
float on the host, tensor by tensor."""

import unittest

import numpy as np

from tflite_models import Builder, TfLiteTest, outputs_of

NONE, RELU, RELU_N1_TO_1, RELU6, TANH = range(5)
SAME, VALID = 0, 1
I32 = np.int32
FAMILIES = ("convolutions", "pools", "element_wise", "comparisons", "activations", "matrices", "movements", "slices",
            "reductions", "resizes", "spaces", "normalizations", "indexing", "types", "recurrent")


def numbers(*dims, seed=0, low=-1.0, high=1.0):
    return np.random.default_rng(seed).uniform(low, high, dims).astype(np.float32)


class Operators:
    """The model. `image` is [1, 6, 8, 4], `rows` [3, 5], `positive` [1, 6, 8, 4] above 0.1."""

    def __init__(self, families=FAMILIES):
        self.builder = Builder()
        self.image = self.builder.input("image", [1, 6, 8, 4])
        self.rows = self.builder.input("rows", [3, 5])
        self.positive = self.builder.input("positive", [1, 6, 8, 4])
        for family in families:
            getattr(self, family)()

    def constant(self, *values, dtype=I32):
        return self.builder.constant(np.asarray(values), dtype)

    def add(self, kind, inputs, **more):
        made = self.builder.op(kind, inputs, **more)
        self.builder.output(*(made if isinstance(made, list) else [made]))
        return made

    def convolutions(self):
        window = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
        weights = self.builder.constant(numbers(5, 3, 3, 4, seed=1))
        bias = self.builder.constant(numbers(5, seed=2))
        for activation in (NONE, RELU, RELU_N1_TO_1, RELU6):
            for padding in (SAME, VALID):
                self.add("CONV_2D", [self.image, weights, bias], options="Conv2DOptions",
                         **window, padding=padding, fusedActivationFunction=activation)
        strided = {**window, "strideW": 2, "strideH": 3}
        self.add("CONV_2D", [self.image, weights, bias], options="Conv2DOptions", **strided, padding=SAME,
                 fusedActivationFunction=NONE)
        dilated = {**window, "dilationWFactor": 2, "dilationHFactor": 2}
        self.add("CONV_2D", [self.image, weights, bias], options="Conv2DOptions", **dilated, padding=SAME,
                 fusedActivationFunction=NONE, version=2)
        depthwise = self.builder.constant(numbers(1, 3, 3, 8, seed=3))
        eight = self.builder.constant(numbers(8, seed=4))
        self.add("DEPTHWISE_CONV_2D", [self.image, depthwise, eight], options="DepthwiseConv2DOptions", **window,
                 padding=SAME, depthMultiplier=2, fusedActivationFunction=RELU6)
        for padding, out in ((SAME, (1, 12, 16, 3)), (VALID, (1, 13, 17, 3))):
            self.add("TRANSPOSE_CONV", [self.constant(*out), self.builder.constant(numbers(3, 3, 3, 4, seed=5)),
                                        self.image],
                     options="TransposeConvOptions", strideW=2, strideH=2, padding=padding)
        self.add("TRANSPOSE_CONV", [self.constant(1, 12, 16, 3), self.builder.constant(numbers(3, 2, 2, 4, seed=6)),
                                    self.image],
                 options="TransposeConvOptions", strideW=2, strideH=2, padding=SAME)
        volume = self.builder.op("RESHAPE", [self.image, self.constant(1, 3, 4, 4, 4)], options="ReshapeOptions",
                                 newShape=[1, 3, 4, 4, 4])
        self.add("CONV_3D", [volume, self.builder.constant(numbers(2, 2, 2, 4, 3, seed=7))], options="Conv3DOptions",
                 strideD=1, strideW=1, strideH=1, dilationDFactor=1, dilationWFactor=1, dilationHFactor=1, padding=SAME)
        for padding, out in ((SAME, (1, 6, 8, 8, 3)), (VALID, (1, 7, 9, 9, 3))):
            self.add("CONV_3D_TRANSPOSE",
                     [self.constant(*out), self.builder.constant(numbers(3, 3, 3, 3, 4, seed=21)), volume],
                     options="Conv3DOptions", strideD=2, strideW=2, strideH=2, dilationDFactor=1, dilationWFactor=1,
                     dilationHFactor=1, padding=padding)

    def pools(self):
        for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"):
            for padding in (SAME, VALID):
                self.add(kind, [self.positive], options="Pool2DOptions", strideW=2, strideH=2, filterWidth=3,
                         filterHeight=3, padding=padding, fusedActivationFunction=RELU)
        self.add("AVERAGE_POOL_2D", [self.image], options="Pool2DOptions", strideW=1, strideH=1, filterWidth=8,
                 filterHeight=6, padding=VALID)

    def element_wise(self):
        channel = self.builder.constant(numbers(4, seed=8, low=0.5))
        scalar = self.builder.constant(np.float32(0.7))
        for kind in ("ADD", "SUB", "MUL", "DIV"):
            name = kind.capitalize() + "Options"
            self.add(kind, [self.image, self.positive], options=name, fusedActivationFunction=RELU)
            self.add(kind, [self.image, channel], options=name)
            self.add(kind, [scalar, self.positive], options=name)
        other = self.builder.constant(numbers(1, 6, 8, 4, seed=9, low=0.2))
        for kind in ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "FLOOR_DIV", "FLOOR_MOD"):
            self.add(kind, [self.image, other])
        self.add("POW", [self.positive, other])
        self.add("ADD_N", [self.image, self.positive, other])
        for kind in ("ABS", "CEIL", "COS", "EXP", "FLOOR", "NEG", "ROUND", "SIGN", "SIN", "SQUARE", "ZEROS_LIKE"):
            self.add(kind, [self.image])
        for kind in ("LOG", "RSQRT", "SQRT"):
            self.add(kind, [self.positive])

    def comparisons(self):
        zero = self.builder.constant(np.zeros((1, 6, 8, 4), np.float32))
        made = {kind: self.add(kind, [self.image, zero], dtype=np.bool_) for kind in
                ("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")}
        pair = [made["GREATER"], made["EQUAL"]]
        self.add("LOGICAL_AND", pair, dtype=np.bool_)
        self.add("LOGICAL_OR", pair, dtype=np.bool_)
        self.add("LOGICAL_NOT", pair[:1], dtype=np.bool_)
        self.add("SELECT", [made["GREATER"], self.image, self.positive])
        self.add("SELECT_V2", [made["GREATER"], self.image, self.builder.constant(np.float32(2))])
        chosen = self.builder.constant(np.array([True, False, True]))
        self.add("SELECT", [chosen, self.rows, self.builder.constant(numbers(3, 5, seed=10))])

    def activations(self):
        for kind in ("ELU", "HARD_SWISH", "LOGISTIC", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "TANH",
                     "LOG_SOFTMAX"):
            self.add(kind, [self.image])
        self.add("LEAKY_RELU", [self.image], options="LeakyReluOptions", alpha=0.3)
        self.add("PRELU", [self.image, self.builder.constant(numbers(1, 1, 4, seed=11))])
        for approximate in (False, True):
            self.add("GELU", [self.image], options="GeluOptions", approximate=approximate)
        for beta in (1.0, 0.5):
            self.add("SOFTMAX", [self.image], options="SoftmaxOptions", beta=beta)
            self.add("SOFTMAX", [self.rows], options="SoftmaxOptions", beta=beta)

    def matrices(self):
        weights = self.builder.constant(numbers(7, 5, seed=12))
        bias = self.builder.constant(numbers(7, seed=13))
        self.add("FULLY_CONNECTED", [self.rows, weights, bias], options="FullyConnectedOptions",
                 fusedActivationFunction=RELU)
        self.add("FULLY_CONNECTED", [self.rows, weights, -1], options="FullyConnectedOptions")
        wide = self.builder.constant(numbers(3, 4, seed=14))
        self.add("FULLY_CONNECTED", [self.image, wide, -1], options="FullyConnectedOptions", keepNumDims=True)
        self.add("FULLY_CONNECTED", [self.image, self.builder.constant(numbers(2, 192, seed=15)), -1],
                 options="FullyConnectedOptions")
        left = self.builder.constant(numbers(2, 4, 3, seed=16))
        right = self.builder.constant(numbers(2, 4, 5, seed=17))
        tiled = self.builder.op("ADD", [self.builder.op("RESHAPE", [self.rows, self.constant(1, 3, 5)]), self.builder.constant(numbers(2, 3, 5, seed=19))])
        self.add("BATCH_MATMUL", [left, right], options="BatchMatMulOptions", adjX=True)
        self.add("BATCH_MATMUL", [tiled, self.builder.constant(numbers(2, 6, 5, seed=18))],
                 options="BatchMatMulOptions", adjY=True)

    def movements(self):
        self.add("RESHAPE", [self.image, self.constant(1, 48, 4)], options="ReshapeOptions", newShape=[1, 48, 4])
        self.add("SQUEEZE", [self.image], options="SqueezeOptions", squeezeDims=[0])
        self.add("EXPAND_DIMS", [self.rows, self.builder.constant(np.int32(1))])
        self.add("TRANSPOSE", [self.image, self.constant(0, 3, 1, 2)])
        self.add("TRANSPOSE", [self.rows, self.constant(1, 0)])
        for axis in (1, 3, -1):
            self.add("CONCATENATION", [self.image, self.positive], options="ConcatenationOptions", axis=axis)
        self.add("SPLIT", [self.builder.constant(np.int32(3)), self.image], outputs=2, options="SplitOptions",
                 numSplits=2)
        self.add("SPLIT_V", [self.image, self.constant(1, 3), self.builder.constant(np.int32(3))], outputs=2,
                 options="SplitVOptions", numSplits=2)
        self.add("PACK", [self.rows, self.rows], options="PackOptions", axis=1, valuesCount=2)
        self.add("UNPACK", [self.rows], outputs=3, options="UnpackOptions", axis=0, num=3)
        self.add("TILE", [self.image, self.constant(1, 2, 1, 3)])
        self.add("BROADCAST_TO", [self.rows, self.constant(2, 3, 5)], version=2)
        self.add("REVERSE_V2", [self.image, self.constant(2)])
        self.add("FILL", [self.constant(2, 3), self.builder.constant(np.float32(1.5))])

    def slices(self):
        self.add("SLICE", [self.image, self.constant(0, 1, 2, 1), self.constant(1, 3, -1, 2)], dims=(1, 3, 6, 2))
        one = {"options": "StridedSliceOptions"}
        self.add("STRIDED_SLICE", [self.image, self.constant(0, 1, 0, 0), self.constant(1, 5, 8, 3),
                                   self.constant(1, 2, 3, 1)], **one)
        self.add("STRIDED_SLICE", [self.image, self.constant(0, 1, 0, 0), self.constant(0, 2, 0, 0),
                                   self.constant(1, 1, 1, 1)], **one, beginMask=13, endMask=13, shrinkAxisMask=2)
        self.add("STRIDED_SLICE", [self.image, self.constant(0, 0, -1, 0), self.constant(0, 0, 0, 0),
                                   self.constant(1, 1, -1, 1)], **one, beginMask=15, endMask=15)
        self.add("STRIDED_SLICE", [self.rows, self.constant(0, 0, -2), self.constant(0, 0, -1),
                                   self.constant(1, 1, 1)], **one, newAxisMask=1, ellipsisMask=2, shrinkAxisMask=4)
        pads = self.builder.constant([[0, 0], [1, 2], [3, 0], [0, 1]], I32)
        self.add("PAD", [self.image, pads])
        self.add("PADV2", [self.image, pads, self.builder.constant(np.float32(-2.5))])
        for mode in (0, 1):
            self.add("MIRROR_PAD", [self.image, pads], options="MirrorPadOptions", mode=mode)

    def reductions(self):
        for kind in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD"):
            image = self.positive if kind == "REDUCE_PROD" else self.image
            for keep in (False, True):
                self.add(kind, [image, self.constant(1, 2)], options="ReducerOptions", keepDims=keep)
            self.add(kind, [self.rows, self.constant(-1)], options="ReducerOptions")
        zero = self.builder.constant(np.zeros((1, 6, 8, 4), np.float32))
        high = self.builder.op("GREATER", [self.image, zero], dtype=np.bool_)
        self.add("REDUCE_ANY", [high, self.constant(3)], options="ReducerOptions", dtype=np.bool_)
        self.add("REDUCE_ALL", [high, self.constant(3)], options="ReducerOptions", dtype=np.bool_)
        for kind in ("ARG_MAX", "ARG_MIN"):
            self.add(kind, [self.image, self.builder.constant(np.int32(3))], dtype=np.int64,
                     options=kind.title().replace("_", "") + "Options", outputType=4)
        for exclusive in (False, True):
            self.add("CUMSUM", [self.image, self.builder.constant(np.int32(2))], options="CumsumOptions",
                     exclusive=exclusive, reverse=exclusive)

    def resizes(self):
        for aligned, half in ((False, False), (True, False), (False, True)):
            for size in ((12, 20), (4, 5)):
                for kind, name in (("RESIZE_BILINEAR", "ResizeBilinearOptions"),
                                   ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions")):
                    self.add(kind, [self.image, self.constant(*size)], options=name, alignCorners=aligned,
                             halfPixelCenters=half, version=3)

    def spaces(self):
        self.add("DEPTH_TO_SPACE", [self.image], options="DepthToSpaceOptions", blockSize=2)
        self.add("SPACE_TO_DEPTH", [self.image], options="SpaceToDepthOptions", blockSize=2)
        batches = self.add("SPACE_TO_BATCH_ND", [self.image, self.constant(2, 2),
                                                 self.builder.constant([[0, 0], [1, 1]], I32)])
        self.add("BATCH_TO_SPACE_ND", [batches, self.constant(2, 2), self.builder.constant([[0, 0], [1, 1]], I32)])

    def normalizations(self):
        self.add("L2_NORMALIZATION", [self.image], options="L2NormOptions")
        self.add("LOCAL_RESPONSE_NORMALIZATION", [self.image], options="LocalResponseNormalizationOptions", radius=1,
                 bias=1.0, alpha=0.1, beta=0.75)

    def indexing(self):
        self.add("GATHER", [self.image, self.constant(3, 0)], options="GatherOptions", axis=3)
        self.add("GATHER_ND", [self.rows, self.builder.constant([[0, 1], [2, 4]], I32)])
        self.add("SCATTER_ND", [self.builder.constant([[1], [3], [1]], I32), self.rows, self.constant(4, 5)])
        self.add("TOPK_V2", [self.rows, self.builder.constant(np.int32(2))], outputs=2, dtype=[np.float32, I32])
        self.add("ONE_HOT", [self.constant(1, 0, 3), self.builder.constant(np.int32(4)),
                             self.builder.constant(np.float32(5)), self.builder.constant(np.float32(-1))],
                 options="OneHotOptions", axis=-1)

        boxes = self.builder.constant([[0, 0, 1, 1], [0, 0, 0.9, 1], [0, 2, 1, 3], [0, 0, 1, 1.05]], np.float32)
        scores = self.builder.op("SLICE", [self.rows, self.constant(0, 0), self.constant(1, 4)], dims=(1, 4))
        scores = self.builder.op("RESHAPE", [scores, self.constant(4)], options="ReshapeOptions", newShape=[4])
        self.add("NON_MAX_SUPPRESSION_V4", [boxes, scores, self.builder.constant(np.int32(3)),
                                            self.builder.constant(np.float32(0.5)),
                                            self.builder.constant(np.float32(-2))], outputs=2, dtype=[I32, I32])
        self.add("NON_MAX_SUPPRESSION_V5",
                 [boxes, scores, *(self.builder.constant(value) for value in
                                   (np.int32(4), np.float32(0.5), np.float32(-2), np.float32(0)))],
                 outputs=3, dtype=[I32, np.float32, I32])

    def recurrent(self):
        for time_major in (False, True):
            sequence = self.builder.op("RESHAPE", [self.image, self.constant(6, 8, 4)], options="ReshapeOptions",
                                       newShape=[6, 8, 4])
            batch = 8 if time_major else 6
            gates = [self.builder.constant(numbers(3, 4, seed=40 + gate)) for gate in range(4)]
            gates += [self.builder.constant(numbers(3, 3, seed=44 + gate)) for gate in range(4)]
            biases = [self.builder.constant(numbers(3, seed=48 + gate)) for gate in range(4)]
            state = [self.builder.tensor(f"state_{time_major}_{place}", [batch, 3], variable=True)
                     for place in range(2)]
            self.add("UNIDIRECTIONAL_SEQUENCE_LSTM",
                     [sequence, *gates, -1, -1, -1, *biases, -1, -1, *state, -1, -1, -1, -1],
                     options="UnidirectionalSequenceLSTMOptions", fusedActivationFunction=TANH, cellClip=10.0,
                     timeMajor=time_major)

    def types(self):
        self.add("CAST", [self.positive], dtype=I32, options="CastOptions", inDataType=0, outDataType=2)
        half = self.builder.constant(numbers(4, seed=20).astype(np.float16))
        self.add("ADD", [self.image, self.builder.op("DEQUANTIZE", [half], version=3)], options="AddOptions")


def all_zero(row):
    """Both sides, so that there is no signal to have a ratio of."""
    return all(float(row[f"{side}_{end}"]) == 0 for side in ("golden", "target") for end in ("min", "max"))


class OperatorsTest(TfLiteTest):
    def test_every_operator_agrees_with_the_golden_run(self):
        operators = Operators()
        path = operators.builder.write(self.folder / "operators.tflite")
        feeds = {"image": numbers(1, 6, 8, 4, seed=30), "rows": numbers(3, 5, seed=31),
                 "positive": numbers(1, 6, 8, 4, seed=32, low=0.5, high=1.5)}
        rows = self.end_to_end(path, outputs_of(path), feeds, "--precision", "fp32", "--runtime", "cpu")
        self.assertGreater(len(rows), 150)
        wrong = {name: row["SQNR"] or row["verdict"] for name, row in rows.items()
                 if not all_zero(row) and (not row["SQNR"] or float(row["SQNR"]) < 60)}
        self.assertEqual(wrong, {})


if __name__ == "__main__":
    unittest.main()
