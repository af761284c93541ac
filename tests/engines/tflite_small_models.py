# SPDX-License-Identifier: BSD-3-Clause
"""Small TensorFlow Lite models, one for each way to store and quantize tensors."""

import numpy as np

from tflite_models import Builder

WINDOW = {"padding": 0, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}


def convolution(builder, image, weights, bias, **more):
    return builder.op("CONV_2D", [image, weights, bias], options="Conv2DOptions", **WINDOW, **more)


def quantized_convolution(per_channel=False):
    """int8 throughout; `image` [1, 4, 4, 2] to `conv`, then `pooled`."""
    builder = Builder()
    image = builder.input("image", [1, 4, 4, 2], np.int8, encoding=(0.02, 3))
    scales = [0.05, 0.01, 0.03] if per_channel else 0.05
    zeros = [0, 0, 0] if per_channel else 0
    codes = np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 2))
    weights = builder.constant(codes, np.int8, encoding=(scales, zeros, 0))
    bias = builder.constant([100, -50, 7], np.int32, encoding=(np.multiply(scales, 0.02), zeros, 0))
    conv = convolution(builder, image, weights, bias, dtype=np.int8, name="conv", encoding=(0.4, -7), version=3,
                       fusedActivationFunction=1)
    builder.output(builder.op("AVERAGE_POOL_2D", [conv], dtype=np.int8, name="pooled", encoding=(0.4, -7),
                              options="Pool2DOptions", filterWidth=4, filterHeight=4, strideW=1, strideH=1, padding=1,
                              version=2))
    return builder


def images_in_16_bits(bias_step=1):
    """Images in 16 bits, weights in 8, biases in 64."""
    builder = Builder()
    image = builder.input("image", [1, 4, 4, 2], np.int16, encoding=(1 / 32767, 0))
    weights = builder.constant(np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 2)), np.int8, encoding=(0.05, 0))
    bias = builder.constant(np.multiply([40000, -20000, 70000], bias_step), np.int64, encoding=(0.05 / 32767, 0))
    builder.output(convolution(builder, image, weights, bias, dtype=np.int16, name="conv", encoding=(0.002, 0),
                               version=4))
    return builder


def float_edges():
    """Quantized between an input and an output in float, as the converter makes it by default."""
    builder = Builder()
    image = builder.op("QUANTIZE", [builder.input("image", [1, 4, 4, 2])], dtype=np.int8, name="image_codes",
                       encoding=(0.02, 3))
    weights = builder.constant(np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 2)), np.int8, encoding=(0.05, 0))
    bias = builder.constant([100, -50, 7], np.int32, encoding=(0.05 * 0.02, 0))
    conv = convolution(builder, image, weights, bias, dtype=np.int8, name="conv_codes", encoding=(0.37, -7), version=3)
    builder.output(builder.op("DEQUANTIZE", [conv], name="conv", version=2))
    return builder


def hybrid():
    """Weights in int8, activations in float: dynamic-range quantization."""
    builder = Builder()
    rows = builder.input("rows", [2, 16])
    codes = np.random.default_rng(0).integers(-127, 128, (8, 16))
    weights = builder.constant(codes, np.int8, encoding=(0.01, 0))
    builder.output(builder.op("FULLY_CONNECTED", [rows, weights, -1], name="dense", options="FullyConnectedOptions",
                              version=3))
    return builder


def any_batch():
    """Made for one image, for any number of them: an image net in small."""
    builder = Builder()
    any_dims = {"signature": [-1, 6, 8, 2]}
    image = builder.input("image", [1, 6, 8, 2], **any_dims)
    random = np.random.default_rng(0)
    weights = builder.constant(random.uniform(-1, 1, (4, 3, 3, 2)).astype(np.float32))
    bias = builder.constant(random.uniform(-1, 1, 4).astype(np.float32))
    conv = convolution(builder, image, weights, bias, name="conv", fusedActivationFunction=3)
    large = builder.op("RESIZE_BILINEAR", [conv, builder.constant([9, 10], np.int32)], name="large",
                       options="ResizeBilinearOptions", halfPixelCenters=True, version=3)
    mean = builder.op("MEAN", [large, builder.constant([1, 2], np.int32)], name="mean", options="ReducerOptions")
    rows = builder.op("RESHAPE", [mean, builder.constant([-1, 4], np.int32)], name="rows", options="ReshapeOptions",
                      newShape=[-1, 4])
    dense = builder.constant(random.uniform(-1, 1, (3, 4)).astype(np.float32))
    scores = builder.op("FULLY_CONNECTED", [rows, dense, -1], name="scores", options="FullyConnectedOptions")
    builder.output(builder.op("SOFTMAX", [scores], name="probabilities", options="SoftmaxOptions", beta=1.0))
    return builder


def computed_dims():
    """Of an image of any size; other dims follow from its own during the run."""
    builder = Builder()
    random = np.random.default_rng(0)
    image = builder.input("image", [1, 5, 7, 2], signature=[-1, -1, -1, 2])

    def ints(*values):
        return builder.constant(values, np.int32)

    dims = builder.op("SHAPE", [image], dtype=np.int32, name="dims", options="ShapeOptions", outType=2)
    batch, height, width = (
        builder.op("STRIDED_SLICE", [dims, ints(axis), ints(axis + 1), ints(1)], dtype=np.int32, name=f"dim_{axis}",
                   options="StridedSliceOptions", shrinkAxisMask=1) for axis in range(3))

    def pack(*scalars):
        return builder.op("PACK", scalars, dtype=np.int32, options="PackOptions", valuesCount=len(scalars))

    zero, two, three = (builder.constant(np.int32(value)) for value in (0, 2, 3))
    half = builder.op("FLOOR_DIV", [height, two], dtype=np.int32, name="half")
    double = [builder.op("MUL", [each, two], dtype=np.int32, options="MulOptions") for each in (height, width)]
    for kernel in (1, 3, 4):
        weights = builder.constant(random.uniform(-1, 1, (3, kernel, kernel, 2)).astype(np.float32))
        bias = builder.constant(random.uniform(-1, 1, 3).astype(np.float32))
        builder.output(builder.op("TRANSPOSE_CONV", [pack(batch, *double, three), weights, image, bias],
                                  name=f"transposed_{kernel}", options="TransposeConvOptions", strideH=2, strideW=2,
                                  version=3))
    builder.output(builder.op("RESIZE_BILINEAR", [image, pack(*double)], name="resized",
                              options="ResizeBilinearOptions", halfPixelCenters=True, version=3))
    row = builder.constant(random.uniform(-1, 1, (1, 3)).astype(np.float32))
    builder.output(builder.op("TILE", [row, pack(batch, half)], name="tiled"))
    builder.output(builder.op("SLICE", [row, builder.input("first", [2], np.int32), ints(1, -1)], name="sliced",
                              dims=(1, 3)))
    strided = {"options": "StridedSliceOptions"}
    builder.output(builder.op("STRIDED_SLICE", [image, pack(zero, half, zero), pack(batch, height, width),
                                                ints(1, 1, 2)], name="strided", **strided, endMask=4))
    builder.output(builder.op("STRIDED_SLICE", [image, pack(zero, half), pack(batch, height), ints(1, 1)],
                              name="one_row", **strided, beginMask=1, endMask=1, shrinkAxisMask=2))
    return builder


def recurrent(steps=5, length=5):
    """A plain recurrent layer as the converter writes it: a loop over `length` rows, each of which it appends to a
    list. With a negative number of steps, the input `steps` decides."""
    builder = Builder()
    random = np.random.default_rng(0)
    limit = np.int32(steps)
    rows = builder.input("rows", [length, 1, 4])
    zero = builder.constant(np.int32(0))
    state = builder.constant(np.zeros((1, 3), np.float32))
    made = builder.constant(np.zeros((length, 1, 3), np.float32))
    given = [zero, zero, made, state, rows]
    condition, condition_number = builder.subgraph()
    body, body_number = builder.subgraph()
    for graph in (condition, body):
        for name, dims, dtype in (("step", [], np.int32), ("place", [], np.int32), ("list", [length, 1, 3], np.float32),
                                  ("state", [1, 3], np.float32), ("all", [length, 1, 4], np.float32),
                                  *([("steps", [], np.int32)] if steps < 0 else [])):
            graph.input(f"{graph.graph.name}/{name}", dims, dtype)
    bound = condition.graph.inputs[5] if steps < 0 else condition.constant(limit)
    if steps < 0:
        given.append(builder.input("steps", [], np.int32))
    condition.output(condition.op("LESS", [0, bound], dtype=np.bool_, options="LessOptions", dims=()))
    one = body.constant(np.int32(1))
    step = body.op("ADD", [0, one], dtype=np.int32, options="AddOptions", name="next_step", dims=())
    place = body.op("ADD", [1, one], dtype=np.int32, options="AddOptions", name="next_place", dims=())
    row = body.op("GATHER", [4, 1], options="GatherOptions", name="row", dims=(1, 4))
    new = body.op("FULLY_CONNECTED", [row, body.constant(random.uniform(-1, 1, (3, 4)).astype(np.float32)), -1],
                  options="FullyConnectedOptions", name="new", dims=(1, 3))
    old = body.op("FULLY_CONNECTED", [3, body.constant(random.uniform(-1, 1, (3, 3)).astype(np.float32)), -1],
                  options="FullyConnectedOptions", name="old", dims=(1, 3))
    both = body.op("TANH", [body.op("ADD", [new, old], options="AddOptions", name="sum", dims=(1, 3))], name="state",
                   dims=(1, 3))
    first = body.op("RESHAPE", [1, body.constant([1], np.int32)], dtype=np.int32, options="ReshapeOptions",
                    newShape=[1], name="first")
    after = body.op("RESHAPE", [place, body.constant([1], np.int32)], dtype=np.int32, options="ReshapeOptions",
                    newShape=[1], name="after")
    rest = body.constant([0, 0], np.int32)
    start = body.op("CONCATENATION", [after, rest], dtype=np.int32, options="ConcatenationOptions", name="start",
                    dims=(3,))
    size = body.op("CONCATENATION", [first, body.constant([-1, -1], np.int32)], dtype=np.int32,
                   options="ConcatenationOptions", name="size", dims=(3,))
    before = body.op("SLICE", [2, body.constant([0, 0, 0], np.int32), size], name="before", dims=(1, 1, 3))
    behind = body.op("SLICE", [2, start, body.constant([-1, -1, -1], np.int32)], name="behind", dims=(1, 1, 3))
    for part in (before, behind):
        body.graph.tensors[part].shapeSignature = [-1, 1, 3]
    item = body.op("RESHAPE", [both, body.constant([1, 1, 3], np.int32)], options="ReshapeOptions",
                   newShape=[1, 1, 3], name="item", dims=(1, 1, 3))
    made = body.op("CONCATENATION", [before, item, behind], options="ConcatenationOptions", name="list",
                   dims=(length, 1, 3))
    body.output(step, place, made, both, 4, *([5] if steps < 0 else []))
    outputs = builder.op("WHILE", given, outputs=len(given), name="loop", options="WhileOptions",
                         condSubgraphIndex=condition_number, bodySubgraphIndex=body_number,
                         dtype=[np.int32, np.int32, np.float32, np.float32, np.float32, np.int32])
    for made, taken in zip(outputs, given):
        builder.graph.tensors[made].shape = builder.graph.tensors[taken].shape
    builder.output(outputs[2], builder.op("NEG", [outputs[3]], name="last", dims=(1, 3)))
    return builder


SMALL_MODELS = {"quantized": quantized_convolution, "per_channel": lambda: quantized_convolution(True),
                "hybrid": hybrid, "any_batch": any_batch}
