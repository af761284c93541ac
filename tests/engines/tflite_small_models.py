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


def hybrid():
    """Weights in int8, activations in float: dynamic-range quantization."""
    builder = Builder()
    rows = builder.input("rows", [2, 16])
    codes = np.random.default_rng(0).integers(-127, 128, (8, 16))
    weights = builder.constant(codes, np.int8, encoding=(0.01, 0))
    builder.output(builder.op("FULLY_CONNECTED", [rows, weights, -1], name="dense", options="FullyConnectedOptions",
                              version=3))
    return builder


SMALL_MODELS = {"quantized": quantized_convolution, "per_channel": lambda: quantized_convolution(True),
                "hybrid": hybrid}
