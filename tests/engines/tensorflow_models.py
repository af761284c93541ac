# SPDX-License-Identifier: BSD-3-Clause
"""Frozen TensorFlow 1.x graphs for the tests: one that a package ships, and others built here with random weights whose
activations keep realistic ranges. Large ones are cached in build/models."""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

tf1 = tf.compat.v1

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parent.parent.parent))
CACHE = ROOT / "build" / "models"


def shipped_mobilenet():
    """The frozen MobileNet of the package nudity."""
    return next(pathlib.Path(sys.prefix).glob("lib/python3*/site-packages/nudity/files/retrained_graph.pb"))


def freeze(build, path):
    """Builds a graph of constants and placeholders and writes it."""
    with tf1.Graph().as_default() as graph:
        build()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(graph.as_graph_def().SerializeToString())
        partial.replace(path)
    return path


def freeze_function(function, path, value, lower_control_flow=False):
    """Writes the graph of a function of one tensor like `value`, named x, with its functions as they are, and its control
    flow, too, or as TensorFlow 1 has it. Returns the path and the name of the output."""
    signature = tf.TensorSpec(value.shape, value.dtype, name="x")
    concrete = tf.function(function).get_concrete_function(signature)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=lower_control_flow)
    path.write_bytes(frozen.graph.as_graph_def().SerializeToString())
    return path, frozen.outputs[0].name


def session_config():
    """What the program sets as well: every op runs as the file has it."""
    options = config_pb2.GraphOptions(
        optimizer_options=config_pb2.OptimizerOptions(opt_level=config_pb2.OptimizerOptions.L0),
        rewrite_options=rewriter_config_pb2.RewriterConfig(disable_meta_optimizer=True))
    return config_pb2.ConfigProto(graph_options=options, allow_soft_placement=True)


def run_in_python(path, feeds, tensors):
    """The values of `tensors` by TensorFlow's own Python interface."""
    graph_def = tf1.GraphDef()
    graph_def.ParseFromString(pathlib.Path(path).read_bytes())
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(graph_def, name="")
        with tf1.Session(graph=graph, config=session_config()) as session:
            return dict(zip(tensors, session.run(list(tensors), feeds)))


class InceptionV3:
    """The architecture of the slim library's InceptionV3 in inference, down to the names of its ops: weights are He-normal,
    batch norms have the statistics of trained ones."""

    INPUT = "input:0"
    OUTPUT = "InceptionV3/Predictions/Reshape_1:0"
    DIMS = (1, 299, 299, 3)

    def __init__(self):
        self.random = np.random.default_rng(3)

    def normal(self, scale, *dims):
        return (self.random.standard_normal(dims) * scale).astype(np.float32)

    def conv(self, x, name, depth, kernel, stride=1, padding="SAME"):
        height, width = kernel
        fan_in = height * width * int(x.shape[-1])
        with tf1.name_scope(name + "/"):
            weights = tf1.constant(self.normal(np.sqrt(2 / fan_in), height, width, int(x.shape[-1]), depth), name="weights")
            weights = tf1.identity(weights, name="weights/read")
            y = tf1.nn.conv2d(x, weights, strides=[1, stride, stride, 1], padding=padding, name="Conv2D")
            # Means near zero and variances near one, so that activations keep their size from layer to layer.
            mean, variance = self.normal(0.1, depth), self.random.uniform(0.5, 1.5, depth).astype(np.float32)
            y = tf1.nn.fused_batch_norm(y, np.ones(depth, np.float32), self.normal(0.2, depth), mean, variance,
                                        epsilon=0.001, is_training=False, name="BatchNorm/FusedBatchNorm")[0]
            return tf1.nn.relu(y, name="Relu")

    def pool(self, x, name):
        return tf1.nn.avg_pool2d(x, [1, 3, 3, 1], [1, 1, 1, 1], "SAME", name=name + "/AvgPool")

    def max_pool(self, x, name):
        return tf1.nn.max_pool2d(x, [1, 3, 3, 1], [1, 2, 2, 1], "VALID", name=name + "/MaxPool")

    def join(self, name, branches):
        return tf1.concat(branches, 3, name=name + "/concat")

    def mixed_5(self, x, name, pool_depth):
        c = lambda y, branch, depth, kernel: self.conv(y, f"{name}/{branch}", depth, kernel)
        b1 = c(c(x, "Branch_1/Conv2d_0a_1x1", 48, (1, 1)), "Branch_1/Conv2d_0b_5x5", 64, (5, 5))
        b2 = c(c(x, "Branch_2/Conv2d_0a_1x1", 64, (1, 1)), "Branch_2/Conv2d_0b_3x3", 96, (3, 3))
        b2 = c(b2, "Branch_2/Conv2d_0c_3x3", 96, (3, 3))
        b3 = c(self.pool(x, f"{name}/Branch_3"), "Branch_3/Conv2d_0b_1x1", pool_depth, (1, 1))
        return self.join(name, [c(x, "Branch_0/Conv2d_0a_1x1", 64, (1, 1)), b1, b2, b3])

    def mixed_6(self, x, name, depth):
        c = lambda y, branch, d, kernel: self.conv(y, f"{name}/{branch}", d, kernel)
        b1 = c(c(x, "Branch_1/a", depth, (1, 1)), "Branch_1/b", depth, (1, 7))
        b1 = c(b1, "Branch_1/c", 192, (7, 1))
        b2 = c(c(x, "Branch_2/a", depth, (1, 1)), "Branch_2/b", depth, (7, 1))
        b2 = c(c(b2, "Branch_2/c", depth, (1, 7)), "Branch_2/d", depth, (7, 1))
        b2 = c(b2, "Branch_2/e", 192, (1, 7))
        b3 = c(self.pool(x, f"{name}/Branch_3"), "Branch_3/b", 192, (1, 1))
        return self.join(name, [c(x, "Branch_0/a", 192, (1, 1)), b1, b2, b3])

    def mixed_7(self, x, name):
        c = lambda y, branch, d, kernel: self.conv(y, f"{name}/{branch}", d, kernel)
        b1 = c(x, "Branch_1/a", 384, (1, 1))
        b1 = self.join(f"{name}/Branch_1", [c(b1, "Branch_1/b", 384, (1, 3)), c(b1, "Branch_1/c", 384, (3, 1))])
        b2 = c(c(x, "Branch_2/a", 448, (1, 1)), "Branch_2/b", 384, (3, 3))
        b2 = self.join(f"{name}/Branch_2", [c(b2, "Branch_2/c", 384, (1, 3)), c(b2, "Branch_2/d", 384, (3, 1))])
        b3 = c(self.pool(x, f"{name}/Branch_3"), "Branch_3/b", 192, (1, 1))
        return self.join(name, [c(x, "Branch_0/a", 320, (1, 1)), b1, b2, b3])

    def reduce(self, x, name, branches):
        ends = []
        for number, convolutions in enumerate(branches):
            y = x
            for place, (depth, kernel, stride) in enumerate(convolutions):
                y = self.conv(y, f"{name}/Branch_{number}/{place}", depth, kernel, stride, "VALID" if stride == 2 else "SAME")
            ends.append(y)
        return self.join(name, [*ends, self.max_pool(x, f"{name}/Branch_{len(branches)}")])

    def build(self):
        x = tf1.placeholder(tf1.float32, self.DIMS, name="input")
        s = "InceptionV3/InceptionV3"
        x = self.conv(x, f"{s}/Conv2d_1a_3x3", 32, (3, 3), 2, "VALID")
        x = self.conv(x, f"{s}/Conv2d_2a_3x3", 32, (3, 3), 1, "VALID")
        x = self.conv(x, f"{s}/Conv2d_2b_3x3", 64, (3, 3))
        x = self.max_pool(x, f"{s}/MaxPool_3a_3x3")
        x = self.conv(x, f"{s}/Conv2d_3b_1x1", 80, (1, 1), 1, "VALID")
        x = self.conv(x, f"{s}/Conv2d_4a_3x3", 192, (3, 3), 1, "VALID")
        x = self.max_pool(x, f"{s}/MaxPool_5a_3x3")
        for name, depth in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
            x = self.mixed_5(x, f"{s}/{name}", depth)
        x = self.reduce(x, f"{s}/Mixed_6a", [[(384, (3, 3), 2)], [(64, (1, 1), 1), (96, (3, 3), 1), (96, (3, 3), 2)]])
        for name, depth in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
            x = self.mixed_6(x, f"{s}/{name}", depth)
        x = self.reduce(x, f"{s}/Mixed_7a", [[(192, (1, 1), 1), (320, (3, 3), 2)],
                                             [(192, (1, 1), 1), (192, (1, 7), 1), (192, (7, 1), 1), (192, (3, 3), 2)]])
        x = self.mixed_7(self.mixed_7(x, f"{s}/Mixed_7b"), f"{s}/Mixed_7c")
        x = tf1.nn.avg_pool2d(x, [1, 8, 8, 1], [1, 2, 2, 1], "VALID", name="InceptionV3/Logits/AvgPool_1a_8x8/AvgPool")
        x = tf1.identity(x, name="InceptionV3/Logits/Dropout_1b/Identity")
        x = tf1.nn.conv2d(x, self.normal(0.05, 1, 1, 2048, 1001), strides=[1, 1, 1, 1], padding="SAME",
                          name="InceptionV3/Logits/Conv2d_1c_1x1/Conv2D")
        x = tf1.nn.bias_add(x, self.normal(0.1, 1001), name="InceptionV3/Logits/Conv2d_1c_1x1/BiasAdd")
        x = tf1.squeeze(x, [1, 2], name="InceptionV3/Logits/SpatialSqueeze")
        x = tf1.reshape(x, [-1, 1001], name="InceptionV3/Predictions/Reshape")
        x = tf1.nn.softmax(x, name="InceptionV3/Predictions/Softmax")
        tf1.reshape(x, [1, 1001], name="InceptionV3/Predictions/Reshape_1")

    @classmethod
    def path(cls):
        path = CACHE / "inception_v3_2016_08_28_frozen.pb"
        return path if path.exists() else freeze(cls().build, path)
