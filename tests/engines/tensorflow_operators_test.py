# SPDX-License-Identifier: BSD-3-Clause
"""Every family of TensorFlow ops: the converted graph on the host computes what TensorFlow computes. One graph per family;
each of its ops is an output."""

import json
import re
import sys
import unittest

import numpy as np

from program import ProgramTest
from tensorflow_models import ROOT, freeze, tf1

FLOOR_DB = 60


def random(*dims, seed=0, low=-1.0, high=1.0):
    return np.random.default_rng(seed).uniform(low, high, dims).astype(np.float32)


def translated_ops():
    """The ops in the tables of the reader."""
    ops = set()
    for path in (ROOT / "src/model/tensorflow/operators").glob("*.cc"):
        ops |= set(re.findall(r'\{"([A-Z]\w+)", (?:"|\d)', path.read_text(encoding="utf-8")))
    return ops


class OperatorsTest(ProgramTest):
    seen = set()

    @classmethod
    def tearDownClass(cls):
        """Every op that has a translation was in one of the graphs, when all tests ran."""
        if len(sys.argv) == 1:
            untested = translated_ops() - cls.seen - UNREACHED
            assert not untested, f"no test has these ops: {sorted(untested)}"

    def run_family(self, build, feeds, *more, expect=0):
        """`build` gets the placeholders by name and returns the tensors to compare, by name."""
        outputs = []

        def graph():
            inputs = {name: tf1.placeholder(value.dtype, value.shape, name=name) for name, value in feeds.items()}
            for name, tensor in build(**inputs).items():
                outputs.append(tf1.identity(tensor, name=f"out/{name}").name)

        path = freeze(graph, self.folder / "family.pb")
        return self.run_graph(path, feeds, outputs, *more, expect=expect), outputs

    def run_graph(self, path, feeds, outputs, *more, expect=0):
        graph_def = tf1.GraphDef()
        graph_def.ParseFromString(path.read_bytes())
        self.seen |= {node.op for node in graph_def.node}
        words = ["--framework", "tensorflow", "--model_path", path, "-r", "cpu", "-a", "x86_64-linux-clang",
                 "--precision", "fp32", "--default_verifier", "SQNR"]
        line = []
        for name, value in feeds.items():
            raw = self.write_raw(f"{name}.raw", value)
            words += ["-i", name, ",".join(map(str, value.shape)), raw, str(value.dtype)]
            line.append(f"{name}:={raw}")
        for output in outputs:
            words += ["-o", output]
        return self.run_program(*words, "-l", self.write_input_list(" ".join(line)), *more, expect=expect)

    def check(self, build, feeds, floor=FLOOR_DB):
        _, outputs = self.run_family(build, feeds)
        return self.check_summary(outputs, floor)

    def check_summary(self, outputs, floor=FLOOR_DB):
        rows = self.summary()
        agreements = self.agreements()
        for output in outputs:
            name = output.replace("/", "_").replace(":", "_")
            if agreements[name] is None:
                self.assertGreaterEqual(float(rows[name]["SQNR"]), floor, output)
            else:
                self.assertEqual(agreements[name], 1, output)
        return rows

    def agreements(self):
        """The share of equal elements of tensors that hold classes, indices or truth values, which have no dB; None for others."""
        summary = json.loads((self.latest("verification") / "summary.json").read_text(encoding="utf-8"))
        return {row["name"]: row["agreement"] for row in summary["rows"]}

    def test_convolutions(self):
        def build(x):
            out = {}
            for padding in ("SAME", "VALID"):
                for stride in (1, 2):
                    out[f"conv_{padding}_{stride}"] = tf1.nn.conv2d(x, random(3, 3, 4, 6), [1, stride, stride, 1], padding)
                    out[f"depthwise_{padding}_{stride}"] = tf1.nn.depthwise_conv2d_native(
                        x, random(3, 3, 4, 2, seed=1), [1, stride, stride, 1], padding)
                    size = {"SAME": 9 * stride, "VALID": 8 * stride + 3 if stride == 1 else 19}[padding]
                    out[f"transposed_{padding}_{stride}"] = tf1.nn.conv2d_transpose(
                        x, random(3, 3, 5, 4, seed=2), [1, size, size, 5], [1, stride, stride, 1], padding)
            out["transposed_odd"] = tf1.nn.conv2d_transpose(x, random(2, 2, 5, 4, seed=2), [1, 17, 17, 5], [1, 2, 2, 1], "SAME")
            out["transposed_wide"] = tf1.nn.conv2d_transpose(x, random(2, 2, 5, 4, seed=2), [1, 27, 27, 5], [1, 3, 3, 1], "SAME")
            for width in (17, 18):
                packed = tf1.stack([tf1.shape(x)[0], width, width, 5])
                out[f"transposed_packed_{width}"] = tf1.raw_ops.Conv2DBackpropInput(
                    input_sizes=packed, filter=random(3, 3, 5, 4, seed=2), out_backprop=x, strides=[1, 2, 2, 1], padding="SAME")
            out["explicit"] = tf1.nn.conv2d(x, random(3, 3, 4, 6), 1, [[0, 0], [1, 2], [0, 3], [0, 0]])
            out["dilated"] = tf1.nn.conv2d(x, random(3, 3, 4, 6), 1, "SAME", dilations=2)
            return out

        self.check(build, {"x": random(1, 9, 9, 4)})

    def test_dilated_convolutions_by_way_of_the_batch(self):
        def build(x):
            blocks = tf1.space_to_batch_nd(x, [2, 3], [[1, 2], [0, 3]])
            conv = tf1.nn.conv2d(blocks, random(2, 2, 4, 5), 1, "VALID")
            return {"blocks": blocks, "conv": tf1.raw_ops.BatchToSpaceND(input=conv, block_shape=[2, 3], crops=[[0, 1], [2, 0]]),
                    "line": tf1.raw_ops.BatchToSpaceND(input=tf1.space_to_batch_nd(x[:, 0], [3], [[0, 0]]), block_shape=[3],
                                                      crops=[[0, 0]])}

        self.check(build, {"x": random(1, 9, 9, 4)})

    def test_dilated_convolutions_become_one(self):
        def build(x):
            def dilated(convolve, weights, paddings, crops):
                blocks = tf1.space_to_batch_nd(x, [2, 2], paddings)
                return tf1.raw_ops.BatchToSpaceND(input=convolve(blocks, weights, [1, 1, 1, 1], "VALID"), block_shape=[2, 2],
                                                  crops=crops)

            return {"same": dilated(tf1.nn.conv2d, random(3, 3, 4, 5), [[2, 3], [2, 3]], [[0, 1], [0, 1]]),
                    "depthwise": dilated(tf1.nn.depthwise_conv2d_native, random(3, 3, 4, 1), [[2, 3], [2, 3]], [[0, 1], [0, 1]]),
                    "valid": dilated(tf1.nn.conv2d, random(3, 3, 4, 5), [[0, 1], [0, 1]], [[0, 1], [0, 1]])}

        self.check(build, {"x": random(1, 9, 9, 4)})
        graph = json.loads((self.latest("inference_engine") / "snpe_model_graph_struct.json").read_text())
        self.assertEqual({node["type"] for node in graph["nodes"]}, {"Transpose", "Conv"})

    def test_channel_first_images(self):
        def build(x):
            # TensorFlow has few such kernels for the processor; these move no axes.
            y = tf1.raw_ops.BiasAdd(value=x, bias=random(4), data_format="NCHW")
            return {"bias": y}

        self.check(build, {"x": random(1, 4, 5, 6)})

    def test_convolution_of_volumes(self):
        def build(x):
            out = {"conv": tf1.nn.conv3d(x, random(3, 3, 3, 2, 4), [1, 2, 2, 2, 1], "SAME"),
                   "pool": tf1.nn.max_pool3d(x, 2, 2, "VALID"), "mean": tf1.nn.avg_pool3d(x, 3, 2, "SAME")}
            for padding, size in (("SAME", [11, 14, 15]), ("VALID", [13, 15, 17])):
                out[f"transposed_{padding}"] = tf1.nn.conv3d_transpose(x, random(3, 3, 3, 4, 2), [1, *size, 4], [1, 2, 2, 2, 1], padding)
            out["batch"] = tf1.raw_ops.FusedBatchNormV3(
                x=x, scale=random(2, low=0.5, high=2), offset=random(2), mean=random(2, seed=1), data_format="NDHWC",
                variance=random(2, low=0.5, high=2, seed=2), epsilon=0.01, is_training=False)[0]
            return out

        self.check(build, {"x": random(1, 6, 7, 8, 2)})

    def test_pools(self):
        def build(x):
            return {f"{kind}_{padding}_{stride}": pool(x, 3, stride, padding)
                    for kind, pool in (("average", tf1.nn.avg_pool2d), ("largest", tf1.nn.max_pool2d))
                    for padding in ("SAME", "VALID") for stride in (1, 2)}

        self.check(build, {"x": random(2, 8, 9, 3)})

    def test_element_wise(self):
        def build(x, y):
            positive = tf1.abs(x) + 0.1
            out = {name: getattr(tf1, name)(x) for name in ("abs", "exp", "floor", "sign", "sin", "cos", "square", "tan")}
            out |= {name: getattr(tf1.math, name)(x) for name in ("ceil", "erf", "erfc", "rint", "asin", "acos", "atan", "sinh",
                                                                  "cosh", "asinh", "negative", "expm1")}
            out |= {name: getattr(tf1.math, name)(positive) for name in ("log", "sqrt", "rsqrt", "reciprocal", "log1p")}
            out |= {name: getattr(tf1, name)(x, y) for name in ("add", "subtract", "multiply", "divide", "maximum",
                                                                "minimum", "floormod", "squared_difference")}
            out |= {name: getattr(tf1.math, name)(x, y) for name in ("floordiv", "divide_no_nan")}
            out["pow"] = tf1.pow(positive, y)
            out["add_n"] = tf1.add_n([x, x, x])
            for name in ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"):
                out[name] = tf1.cast(getattr(tf1, name)(x, y), tf1.float32) + x
            both = tf1.logical_and(x > 0, tf1.logical_not(tf1.logical_or(y > 0.5, x < -0.5)))
            out["logical"] = tf1.cast(both, tf1.float32) + x
            out |= {name: getattr(tf1.math, name)(value) for name, value in (("acosh", positive + 1), ("atanh", x * 0.9))}
            out["finite"] = tf1.cast(tf1.math.is_finite(x / (y - y)), tf1.float32) + x
            out["infinite"] = tf1.cast(tf1.logical_or(tf1.math.is_nan(x / y), tf1.math.is_inf(x / (y - y))), tf1.float32) + x
            out["plain_add"] = tf1.raw_ops.Add(x=x, y=y)
            out["together"] = tf1.raw_ops.IdentityN(input=[x, y])[1] * 2
            m, n = tf1.cast(x * 100, tf1.int32), tf1.cast(y * 10, tf1.int32) * 2 + 1
            integers = {"and": tf1.bitwise.bitwise_and(m, n), "or": tf1.bitwise.bitwise_or(m, n),
                        "xor": tf1.bitwise.bitwise_xor(m, n), "truncate_div": tf1.truncatediv(m, n),
                        "truncate_mod": tf1.truncatemod(m, n), "floor_div": m // n, "floor_mod": tf1.floormod(m, n)}
            out |= {f"int_{name}": tf1.cast(value, tf1.float32) for name, value in integers.items()}
            out["where"] = tf1.where_v2(x > y, x, y)
            out["select"] = tf1.where(tf1.greater(x, x * x), x, -x)
            out["select_rows"] = tf1.where(tf1.greater(x[:, 0, 0, 0], 10.0), x, -x)
            for name in ("log1p", "expm1"):
                for place, reach in enumerate((1e-5, 1e-3, 1.0, 9.0)):
                    out[f"{name}_{place}"] = getattr(tf1.math, name)(tf1.abs(x) * reach if name == "log1p" else x * reach)
            raw = tf1.raw_ops
            out |= {"round": raw.Round(x=x * 3), "inverse": raw.Inv(x=positive), "old_divide": raw.Div(x=x, y=positive),
                    "clip": raw.ClipByValue(t=x, clip_value_min=-0.3, clip_value_max=0.5), "snapshot": raw.Snapshot(input=x) + y,
                    "stop": raw.StopGradient(input=x) + y, "prevent": raw.PreventGradient(input=x) + y,
                    "checked": raw.CheckNumerics(tensor=x, message="") + y, "shaped": raw.EnsureShape(input=x, shape=[2, 3, 4, 5]) + y,
                    "mod": tf1.cast(raw.Mod(x=m, y=n), tf1.float32)}
            return out

        self.check(build, {"x": random(2, 3, 4, 5), "y": random(2, 3, 4, 5, seed=1)})

    def test_broadcasts_beside_images(self):
        def build(x, y):
            conv = tf1.nn.conv2d(x, random(1, 1, 3, 4), 1, "SAME")
            return {"channel": tf1.multiply(conv, random(4)), "row": tf1.add(conv, random(5, 6, 1)), "scalar": conv - 2.0, "image": tf1.multiply(conv, random(1, 5, 6, 1)),
                    "computed": conv + tf1.reshape(y, [1, 1, 1, 4]), "vector": conv * y,
                    "joined": tf1.concat([conv, x, tf1.constant(random(1, 5, 6, 2))], 3), "tall": tf1.concat([conv, conv], 1)}

        self.check(build, {"x": random(1, 5, 6, 3), "y": random(4)})

    def test_operators_that_follow_images(self):
        def build(x):
            conv = tf1.nn.conv2d(x, random(1, 1, 3, 4), 1, "SAME")
            parts = tf1.split(conv, 2, axis=3)
            uneven = tf1.split(conv, [1, -1], axis=-1)
            return {"softmax": tf1.nn.softmax(conv), "parts": parts[0] - parts[1], "uneven": uneven[1],
                    "padded": tf1.pad(conv, [[0, 0], [1, 2], [3, 0], [0, 1]]), "tiled": tf1.tile(conv, [1, 2, 1, 3]),
                    "cut": conv[:, 1:4, ::2, 1:], "first": conv[:, 0], "mean": tf1.reduce_mean(conv, [1, 2]),
                    "kept": tf1.reduce_max(conv, [1], keepdims=True), "rows": tf1.reduce_sum(conv, [2]),
                    "channels": tf1.reduce_mean(conv, 3), "flat": tf1.reshape(conv, [1, -1]), "moved": tf1.transpose(conv, [0, 3, 1, 2]),
                    "turned": tf1.transpose(conv, [0, 2, 3, 1]), "best": tf1.argmax(conv, 3), "place": tf1.squeeze(conv[:, :1, :1], [1, 2])}

        self.check(build, {"x": random(1, 5, 6, 3)})

    def test_activations(self):
        def build(x):
            alpha = tf1.constant(random(5, low=0, high=1))
            return {"relu": tf1.nn.relu(x), "relu6": tf1.nn.relu6(x * 5), "leaky": tf1.nn.leaky_relu(x, 0.3), "elu": tf1.nn.elu(x),
                    "prelu": tf1.nn.relu(x) - alpha * tf1.nn.relu(-x), "selu": tf1.nn.selu(x), "softplus": tf1.nn.softplus(x),
                    "hard_swish": x * tf1.nn.relu6(x + 3) / 6, "sigmoid": tf1.sigmoid(x), "tanh": tf1.tanh(x),
                    "softsign": tf1.nn.softsign(x), "gelu": 0.5 * x * (1 + tf1.math.erf(x / np.sqrt(2))),
                    "softmax": tf1.nn.softmax(x), "log_softmax": tf1.nn.log_softmax(x), "clip": tf1.clip_by_value(x, -0.5, 0.25)}

        self.check(build, {"x": random(1, 4, 4, 5, low=-3, high=3)})

    def test_normalizations(self):
        def build(x):
            scale, shift, mean = random(4, low=0.5, high=2), random(4, seed=1), random(4, seed=2)
            variance = random(4, low=0.5, high=2, seed=3)
            out = {"lrn": tf1.nn.local_response_normalization(x, 2, 1.5, 0.1, 0.7), "l2": tf1.nn.l2_normalize(x, 3),
                   "bias": tf1.nn.bias_add(x, shift)}
            for version, op in (("1", tf1.raw_ops.FusedBatchNorm), ("2", tf1.raw_ops.FusedBatchNormV2), ("3", tf1.raw_ops.FusedBatchNormV3)):
                out[f"batch{version}"] = op(x=x, scale=scale, offset=shift, mean=mean, variance=variance, epsilon=0.01,
                                            is_training=False)[0]
            center, spread = tf1.nn.moments(x, [1, 2], keepdims=True)
            out["instance"] = (x - center) * tf1.rsqrt(spread + 1e-3) * tf1.constant(scale) + tf1.constant(shift)
            conv = tf1.nn.conv2d(x, random(1, 1, 4, 4), 1, "SAME")
            out["batch_parts"] = tf1.nn.batch_normalization(conv, mean, variance, shift, scale, 0.01)
            out["loss"] = tf1.nn.l2_loss(x)
            return out

        self.check(build, {"x": random(1, 6, 5, 4)})

    def test_reductions(self):
        def build(x):
            out = {name: getattr(tf1, f"reduce_{name}")(x, [1, -1]) for name in ("mean", "sum", "max", "min", "prod")}
            out["kept"] = tf1.reduce_mean(x, 2, keepdims=True)
            out["norm"] = tf1.math.reduce_euclidean_norm(x, 1)
            out["all"] = tf1.cast(tf1.reduce_all(x > -0.9, 1), tf1.float32)
            out["any"] = tf1.cast(tf1.reduce_any(x > 0.9, 1), tf1.float32)
            out["whole"] = tf1.reduce_sum(x)
            out["arg_max"], out["arg_min"] = tf1.argmax(x, 1), tf1.argmin(x, -1, output_type=tf1.int32)
            out["cumulative"] = tf1.cumsum(x, 1, exclusive=True, reverse=True)
            out["top"], out["top_places"] = tf1.math.top_k(x, 3)
            return out

        self.check(build, {"x": random(2, 4, 5, 6)})

    def test_resizes(self):
        def build(x):
            out = {}
            for size in ((10, 14), (3, 5)):
                for corners in ({}, {"align_corners": True}, {"half_pixel_centers": True}):
                    label = f"{size[0]}_{next(iter(corners), 'plain')}"
                    out[f"bilinear_{label}"] = tf1.raw_ops.ResizeBilinear(images=x, size=size, **corners)
                    out[f"nearest_{label}"] = tf1.raw_ops.ResizeNearestNeighbor(images=x, size=size, **corners)
            for corners in ({}, {"align_corners": True}, {"half_pixel_centers": True}):
                label = next(iter(corners), "plain")
                out[f"cubic_{label}"] = tf1.raw_ops.ResizeBicubic(images=x, size=(10, 14), **corners)
            computed = tf1.shape(x)[1:3] * 2
            out["computed"] = tf1.image.resize_nearest_neighbor(x, computed)
            return out

        self.check(build, {"x": random(1, 5, 7, 3)}, floor=50)

    def test_shapes_and_movement(self):
        def build(x):
            a, b, c = tf1.unstack(x, axis=1)
            return {"reshape": tf1.reshape(x, [2, -1]), "computed": tf1.reshape(x, [tf1.shape(x)[0], tf1.shape(x)[3], -1]),
                    "squeeze": tf1.squeeze(x[:, :1]), "expand": tf1.expand_dims(x, -2), "pack": tf1.stack([a, b, c], axis=-1),
                    "transpose": tf1.transpose(x, [3, 0, 2, 1]), "tile": tf1.tile(x, [1, 2, 1, 1]), "pad": tf1.pad(x, [[0, 1], [2, 0], [0, 0], [1, 1]]),
                    "pad_value": tf1.pad(x, [[0, 0], [0, 0], [1, 1], [0, 0]], constant_values=3.0),
                    "mirror": tf1.pad(x, [[0, 0], [1, 1], [2, 2], [0, 0]], mode="REFLECT"),
                    "mirror_edge": tf1.pad(x, [[0, 0], [1, 3], [4, 0], [0, 2]], mode="SYMMETRIC"),
                    "old_concat": tf1.raw_ops.Concat(concat_dim=-1, values=[a, b]), "reverse": tf1.reverse(x, [1, 3]),
                    "slice": tf1.slice(x, [0, 1, 0, 2], [2, -1, 3, 1]), "strided": x[:, ::2, -1, 1:4], "ellipsis": x[0, ..., -2],
                    "new_axis": x[:, tf1.newaxis, 1], "backwards": x[:, ::-1], "broadcast": tf1.broadcast_to(x[:, :1], [2, 3, 4, 5]),
                    "zeros": tf1.raw_ops.ZerosLike(x=x) + x, "ones": tf1.raw_ops.OnesLike(x=x) + x, "fill": tf1.fill(tf1.shape(x), 2.0) * x,
                    "range": tf1.cast(tf1.range(tf1.shape(x)[1]), tf1.float32), "size": tf1.cast(tf1.raw_ops.Size(input=x) + tf1.raw_ops.Rank(input=x), tf1.float32) * x,
                    "shape": tf1.cast(tf1.raw_ops.Shape(input=x), tf1.float32) * x[:1, :1, 0, :4],
                    "cast": tf1.cast(tf1.cast(x * 10, tf1.int32), tf1.float32), "concat": tf1.concat([a, b], -1),
                    "depth_to_space": tf1.depth_to_space(tf1.concat([x, x[..., :3]], 3), 2),
                    "space_to_depth": tf1.space_to_depth(x[:, :2], 2)}

        self.check(build, {"x": random(2, 3, 4, 5)})

    def test_indexing(self):
        def build(x, boxes, scores):
            corners = tf1.concat([boxes, boxes + 0.4], 1)
            raw = tf1.raw_ops
            common = {"boxes": corners, "scores": scores, "max_output_size": 15, "iou_threshold": 0.3, "score_threshold": 0.2}
            padded = raw.NonMaxSuppressionV4(pad_to_max_output_size=True, **common)
            counted = raw.NonMaxSuppressionV4(**common)
            scored = raw.NonMaxSuppressionV5(soft_nms_sigma=0.0, **common)
            return {"padded": padded[0], "padded_count": padded[1], "counted": counted[0], "scored": scored[0], "scores": scored[1],
                    "count": scored[2], "boxes_1": raw.NonMaxSuppression(boxes=corners, scores=scores, max_output_size=5, iou_threshold=0.4),
                    "boxes_2": raw.NonMaxSuppressionV2(boxes=corners, scores=scores, max_output_size=5, iou_threshold=0.4),
                    "old_gather": raw.Gather(params=x, indices=[1, 0]), 
                    "batch_gather": tf1.gather(x, tf1.cast(x[:, :, 0] * 3 + 3, tf1.int32) // 3, axis=1, batch_dims=1),
                    "gather": tf1.gather(x, [2, 0], axis=1), "gather_nd": tf1.gather_nd(x, [[0, 1], [1, 2]]),
                    "one_hot": tf1.one_hot([1, 0, 3], 4, on_value=2.0, off_value=-1.0),
                    "scatter": tf1.scatter_nd([[1], [3], [1]], x[0], [5, 4]),
                    "boxes": tf1.image.non_max_suppression(corners, scores, 5, 0.3, 0.2), "where": tf1.where(x > 0.5)}

        self.check(build, {"x": random(2, 3, 4), "boxes": random(20, 2, low=0, high=2), "scores": random(20, low=0, high=1, seed=4)})

    def test_matrices(self):
        def build(x, y):
            w = random(6, 7, seed=2)
            return {"plain": tf1.matmul(x[0], w), "transposed": tf1.matmul(x[0], w.T, transpose_b=True),
                    "transposed_a": tf1.matmul(y[0], y[0], transpose_a=True), "biased": tf1.nn.bias_add(tf1.matmul(x[0], w), random(7)),
                    "batch": tf1.matmul(x, tf1.transpose(y, [0, 2, 1])), "batch_adjoint": tf1.matmul(x, y, transpose_b=True),
                    "old_batch": tf1.raw_ops.BatchMatMul(x=x, y=y, adj_y=True), "new_batch": tf1.raw_ops.BatchMatMulV3(x=x, y=y, adj_y=True, Tout=tf1.float32),
                    "old_bias": tf1.raw_ops.BiasAddV1(value=x, bias=random(6)),
                    "einsum": tf1.einsum("bij,bkj->bik", x, y), "einsum_outer": tf1.einsum("bij,bkl->bjikl", x, y),
                    "einsum_heads": tf1.einsum("bqd,bkd->dkbq", x, y), "einsum_turned": tf1.einsum("bij,kj->kbi", x, y[0]),
                    "einsum_layer": tf1.einsum("abc,cde->abde", x, random(6, 2, 3)), "einsum_join": tf1.einsum("abc,bcd->ad", x, random(5, 6, 3)),
                    "einsum_sum": tf1.einsum("abc,dc->ad", x, random(4, 6)), "einsum_trace": tf1.einsum("aab->b", x[:, :2])}

        self.check(build, {"x": random(2, 5, 6), "y": random(2, 4, 6, seed=1)})

    def test_recurrent_cells(self):
        def build(x, h, c):
            gates = tf1.nn.bias_add(tf1.matmul(tf1.concat([x, h], 1), random(9, 20, seed=3)), random(20, seed=4))
            i, j, f, o = tf1.split(gates, 4, axis=1)
            cell = c * tf1.sigmoid(f + 1.0) + tf1.sigmoid(i) * tf1.tanh(j)
            block = tf1.raw_ops.LSTMBlockCell(x=x, cs_prev=c, h_prev=h, w=random(9, 20, seed=3), wci=np.zeros(5, np.float32),
                                              wcf=np.zeros(5, np.float32), wco=np.zeros(5, np.float32), b=random(20, seed=4))
            gru = tf1.raw_ops.GRUBlockCell(x=x, h_prev=h, w_ru=random(9, 10, seed=5), w_c=random(9, 5, seed=6),
                                           b_ru=random(10, seed=7), b_c=random(5, seed=8))
            return {"cell": cell, "hidden": tf1.tanh(cell) * tf1.sigmoid(o), "block_cell": block.cs, "block_hidden": block.h,
                    "gru": gru.h}

        self.check(build, {"x": random(2, 4), "h": random(2, 5, seed=1), "c": random(2, 5, seed=2)})

    def test_branches_whose_condition_is_known(self):
        tf1.disable_control_flow_v2()

        def build(x):
            training = tf1.placeholder_with_default(tf1.constant(False), [])
            return {"cond": tf1.cond(training, lambda: tf1.nn.relu(x), lambda: tf1.tanh(x)) + 1.0}

        self.check(build, {"x": random(3, 4)})

    def test_branches_of_a_condition_that_only_the_run_knows(self):
        tf1.disable_control_flow_v2()

        def build(x, flag):
            inner = lambda: tf1.cond(tf1.reduce_sum(x) > 100, lambda: x * 2, lambda: tf1.nn.relu(x))
            return {"cond": tf1.cond(flag, lambda: tf1.tanh(x), inner) + 1.0,
                    "constant": tf1.cond(flag, lambda: tf1.constant([4.0]), lambda: x[:1, 0]),
                    "norm": tf1.cond(flag, lambda: x - tf1.reduce_mean(x), lambda: x - 0.25)}

        for flag in (False, True):
            with self.subTest(flag=flag):
                self.check(build, {"x": random(3, 4), "flag": np.bool_(flag)})

    def test_what_the_file_alone_decides_is_computed(self):
        def build(x):
            rank = tf1.constant(4)
            order = tf1.concat([[0], tf1.range(2, rank), [1]], 0)
            line = tf1.expand_dims(x[:, 0], 1)
            filters = tf1.cast(tf1.expand_dims(random(3, 5, 2).astype(np.float16), 0), tf1.float32)
            picked = tf1.gather(tf1.shape(tf1.constant(random(7, 3, 4))), [1, 2])
            table = tf1.reshape(tf1.transpose(tf1.constant(random(2, 5, 1, 2)), [2, 3, 1, 0]), tf1.stack([1, 2, -1, 2]))
            return {"order": tf1.transpose(x, order), "line": tf1.nn.depthwise_conv2d_native(line, filters, [1, 1, 1, 1], "SAME"),
                    "scaled": tf1.nn.depthwise_conv2d_native(x, tf1.constant(random(2, 2, 5, 1)) * random(5, 1, seed=1), [1, 2, 2, 1], "VALID"),
                    "shape": tf1.reshape(x, tf1.concat([tf1.reduce_prod(picked, keepdims=True), [-1]], 0)),
                    "table": tf1.nn.depthwise_conv2d_native(x, table, [1, 1, 1, 1], "SAME"),
                    "flag": tf1.cond(tf1.equal(rank, tf1.rank(tf1.constant(random(1, 1, 1, 1)))), lambda: x, lambda: -x) + 1.0}

        tf1.disable_control_flow_v2()
        self.check(build, {"x": random(2, 3, 4, 5)})

    def test_dropout_that_drops_nothing(self):
        def build(x):
            keep = tf1.placeholder_with_default(tf1.constant(1.0), [])
            return {"kept": tf1.nn.dropout(x, rate=1 - keep) + 1.0}

        (_, stderr), _ = self.run_family(build, {"x": random(3, 4)})
        self.assertIn("makes random numbers", stderr)
        self.check_summary(["out/kept:0"])
        self.assertFalse([name for name in self.summary() if "random" in name])

    def test_attention_becomes_products_of_matrices(self):
        def build(x):
            heads = tf1.transpose(tf1.reshape(x, [2, 5, 2, 3]), [0, 2, 1, 3])
            scores = tf1.nn.softmax(tf1.matmul(heads * 0.5, heads, transpose_b=True))
            return {"mixed": tf1.matmul(scores, heads)}

        self.check(build, {"x": random(2, 5, 6)})
        graph = json.loads((self.latest("inference_engine") / "snpe_model_graph_struct.json").read_text())
        self.assertNotIn("Einsum", {node["type"] for node in graph["nodes"]})

    def test_constants_are_read_in_several_orders(self):
        """The first to read them decides who has the name."""
        def build(x, y, z):
            kernel, matrix = tf1.constant(random(3, 3, 4, 5)), tf1.constant(random(4, 5))
            return {"moved": tf1.nn.conv2d(x, kernel, 1, "SAME"), "stored": tf1.multiply(y, kernel), "turned": tf1.matmul(z, matrix, transpose_b=True),
                    "picked": tf1.gather(matrix, [2, 0]) + z[:1], "matrix": tf1.multiply(matrix, x[0, :4, 0, :1])}

        self.check(build, {"x": random(1, 6, 5, 4), "y": random(3, 3, 4, 5, seed=1), "z": random(2, 5, seed=2)})

    def test_patches(self):
        self.check(lambda x: {f"{k}_{s}_{r}_{p}": tf1.image.extract_patches(x, [1, k, k, 1], [1, s, s, 1], [1, r, r, 1], p)
                              for k, s, r, p in ((2, 2, 1, "VALID"), (3, 1, 1, "SAME"), (3, 2, 2, "VALID"), (2, 1, 2, "SAME"))},
                   {"x": random(2, 8, 9, 3)})

    def test_quantized_constants_and_tensors(self):
        codes = np.random.default_rng(0).integers(0, 256, (3, 3, 4, 5)).astype(np.uint8)

        def build(x):
            out = {}
            for mode in ("MIN_COMBINED", "MIN_FIRST", "SCALED"):
                for kind in (tf1.quint8, tf1.qint8):
                    signed = kind == tf1.qint8
                    stored = tf1.constant((codes.view(np.int8) if signed else codes).astype(kind.as_numpy_dtype), kind)
                    weights = tf1.raw_ops.Dequantize(input=stored, min_range=-1.3, max_range=1.1, mode=mode)
                    label = f"{mode}_{kind.name}"
                    out[f"weights_{label}"] = tf1.nn.conv2d(x, weights, 1, "SAME")
                    q = tf1.raw_ops.QuantizeV2(input=x * 0.77, min_range=-1.0, max_range=1.0, T=kind, mode=mode)
                    out[f"codes_{label}"] = tf1.raw_ops.Dequantize(input=q[0], min_range=q[1], max_range=q[2], mode=mode)
            out["at_once"] = tf1.raw_ops.QuantizeAndDequantizeV2(input=x, input_min=-1.0, input_max=1.0, range_given=True)
            return out

        rows = self.check(build, {"x": random(1, 6, 5, 4)}, floor=25)
        for name, row in rows.items():
            if "weights" in name:
                self.assertGreater(float(row["SQNR"]), FLOOR_DB, name)

    def test_ops_that_are_no_longer_made(self):
        """TensorFlow runs them in files that say their age."""
        image = random(1, 4, 5, 3)
        old = tf1.GraphDef()
        old.versions.producer = 6
        old.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
        for name, value in (("mean", random(3)), ("variance", random(3, low=0.5, high=2)), ("shift", random(3, seed=1)),
                            ("scale", random(3, low=0.5, high=2, seed=2))):
            node = old.node.add(name=name, op="Const")
            node.attr["dtype"].type = 1
            node.attr["value"].tensor.CopyFrom(tf1.make_tensor_proto(value))
        for name, scaled in (("plain", False), ("scaled", True)):
            node = old.node.add(name=name, op="BatchNormWithGlobalNormalization", input=["x", "mean", "variance", "shift", "scale"])
            node.attr["T"].type = 1
            node.attr["variance_epsilon"].f = 0.01
            node.attr["scale_after_normalization"].b = scaled
        path = self.folder / "old.pb"
        path.write_bytes(old.SerializeToString())
        outputs = ["plain:0", "scaled:0"]
        self.run_graph(path, {"x": image}, outputs)
        self.check_summary(outputs)

    def test_unsupported_ops_are_listed_at_once_with_counts(self):
        def build(x):
            a = tf1.math.lgamma(tf1.math.digamma(x + 2))
            return {"a": tf1.math.lgamma(a), "b": tf1.nn.relu(x)}

        (_, stderr), _ = self.run_family(build, {"x": random(3)}, expect=3)
        self.assertIn("Digamma (1), Lgamma (2)", stderr)


# TensorFlow has no kernel for TopK any more, whose translation is that of TopKV2.
# Ops without values of their own, and those that tensorflow_test.py runs.
UNREACHED = {"TopK", "Assert", "NoOp", "FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVarsPerChannel"}


if __name__ == "__main__":
    unittest.main()
