# SPDX-License-Identifier: BSD-3-Clause
"""Models of one operator each, as this program and as Qualcomm's serializer write them: the same types of operators, and
attributes of the same names, types and values. What differs is listed here, and docs/dlc-operators.md has the reasons."""

import collections
import concurrent.futures
import copy
import json
import subprocess
import unittest

import numpy as np
import onnx
from onnx import TensorProto

import qnn_dlc
from dlc_operators_test import CUBE, FAMILIES, IMAGE, LINE, MATRIX, VOLUME, Model, floats, ints, positive
from program import PROGRAM, ProgramTest

NEWER_OPSET = 20
# Both sides put these between axis orders and dims where they want, which no operator's meaning hangs on.
OF_LAYOUT = {"Reshape", "Transpose"}


def windows():
    model = Model()
    for kind in ("Conv", "ConvTranspose"):
        for pads in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            model.add(kind, IMAGE, floats(4, 4, 3, 3), auto_pad=pads)
    model.add("Conv", LINE, floats(4, 1, 3), group=4)
    model.add("Conv", LINE, floats(6, 2, 3), group=2, dilations=[2])
    model.add("Conv", VOLUME, floats(6, 2, 2, 2, 2), group=2, dilations=[1, 2, 1])
    model.add("Conv", IMAGE, (6, 4, 3, 3))
    model.add("Conv", IMAGE, floats(4, 1, 3, 3), group=4, dilations=[2, 2])
    model.add("ConvTranspose", IMAGE, floats(4, 3, 3, 3), output_shape=[18, 16], strides=[2, 2])
    model.add("ConvTranspose", IMAGE, floats(4, 1, 3, 3), group=4)
    model.add("ConvTranspose", LINE, floats(4, 3, 3), strides=[2], output_padding=[1], pads=[1, 1])
    model.add("ConvTranspose", VOLUME, floats(4, 3, 2, 2, 2), strides=[2, 2, 2], output_padding=[1, 0, 1])
    for kind in ("MaxPool", "AveragePool"):
        model.add(kind, IMAGE, kernel_shape=[3, 3], auto_pad="SAME_LOWER", strides=[2, 2])
        model.add(kind, LINE, kernel_shape=[3], strides=[2], ceil_mode=1)
        model.add(kind, VOLUME, kernel_shape=[2, 3, 2], pads=[1, 1, 0, 0, 1, 1])
    model.add("AveragePool", VOLUME, kernel_shape=[3, 3, 3], pads=[1] * 6, count_include_pad=1)
    model.add("GlobalMaxPool", LINE)
    model.add("GlobalMaxPool", VOLUME)
    return model


def axes():
    model = Model()
    for kind in ("Softmax", "LogSoftmax"):
        model.add(kind, CUBE, axis=0)
        model.add(kind, LINE, axis=-1)
        model.add(kind, IMAGE, axis=2)
    model.add("LayerNormalization", CUBE, floats(4), axis=-1)
    model.add("LayerNormalization", CUBE, floats(2, 3, 4), axis=0)
    model.add("LpNormalization", LINE, axis=1, p=2)
    model.add("Concat", CUBE, CUBE, axis=-1)
    model.add("Gather", CUBE, ints(0, 1), axis=-1)
    model.add("Gather", CUBE, ("int32", (2,)), axis=1)
    model.add("TopK", CUBE, ints(2), outputs=2, axis=1)
    model.add("OneHot", ("int64", (2, 3)), np.array(5), np.float32([0, 1]), axis=1)
    model.add("CumSum", CUBE, np.array(-1), exclusive=1)
    model.add("CumSum", CUBE, np.array(0), reverse=1)
    for kind in "Mean Max Min Prod L2 LogSumExp".split():
        model.add("Reduce" + kind, CUBE, axes=[-1], keepdims=0)
        model.add("Reduce" + kind, CUBE, keepdims=0)
        model.add("Reduce" + kind, IMAGE, axes=[1], keepdims=1)
    return model


def types():
    model = Model()
    for kind in "Add Sub Mul Div Max Min".split():
        model.add(kind, ("int32", MATRIX), np.array([3], np.int32))
        model.add(kind, MATRIX, (5,))
        model.add(kind, floats(3, 5), MATRIX)
    model.add("Mod", MATRIX, np.float32([0.4]), fmod=1)
    model.add("Equal", ("bool", MATRIX), ("bool", (5,)))
    for kind in "And Or Xor".split():
        model.add(kind, ("bool", MATRIX), ("bool", (5,)))
    model.add("Where", ("bool", MATRIX), ("int32", MATRIX), np.array([1], np.int32))
    for kind in (TensorProto.INT64, TensorProto.BOOL, TensorProto.UINT8, TensorProto.FLOAT16):
        model.add("Cast", MATRIX, to=kind)
    model.add("Cast", ("bool", MATRIX), to=TensorProto.FLOAT)
    model.add("Clip", ("int32", MATRIX), np.int32(-2**30), np.int32(2**30 + 1))
    model.add("Clip", MATRIX)
    model.add("Pad", ("int32", CUBE), ints(0, 1, 1, 0, 0, 2), np.int32(5))
    model.add("PRelu", CUBE, floats(4))
    model.add("PRelu", IMAGE, IMAGE)
    model.add("Identity", IMAGE)
    model.add("Mean", MATRIX, (5,))
    return model


def movements():
    model = Model()
    model.add("Split", (1, 6, 5), None, outputs=3, axis=1)
    model.add("Split", IMAGE, ints(1, 3), outputs=2, axis=1)
    model.add("Slice", CUBE, ints(0), ints(10**9), ints(2))
    model.add("Flatten", IMAGE)
    model.add("Unsqueeze", CUBE, ints(0, -1))
    model.add("Transpose", VOLUME, perm=[0, 2, 3, 4, 1])
    model.add("Tile", ("int32", MATRIX), ints(2, 2))
    model.add("Pad", CUBE, ints(0, 1, 1, 0, 0, 2))
    model.add("Pad", VOLUME, ints(0, 0, 1, 1, 0, 0, 0, 0, 2, 1), np.float32(2.5))
    model.add("Gemm", (3, 4), floats(4, 5), floats(1, 5))
    model.add("Gemm", (3, 4), floats(4, 5), floats(3, 5))
    model.add("Gemm", (4, 3), floats(4, 5), transA=1)
    model.add("MatMul", (3, 4), floats(2, 4, 5))
    return model


def images():
    model = Model()
    model.add("Resize", (1, 2, 4, 5), None, np.float32([1, 1, 0.5, 0.5]), mode="linear")
    model.add("Resize", (1, 2, 4), None, np.float32([1, 1, 2]), mode="nearest")
    model.add("Resize", (1, 2, 4, 5), None, np.float32([1, 1, 2, 2]), mode="cubic", exclude_outside=1)
    for padding in ("reflection", "zeros"):
        model.add("GridSample", IMAGE, (1, 4, 4, 2), mode="nearest", padding_mode=padding)
    for place in ("half_pixel", "output_half_pixel"):
        model.add("RoiAlign", IMAGE, np.float32([[0, 0, 4, 4], [1, 1, 5, 5]]), ints(0, 0), output_height=2, output_width=2,
                  sampling_ratio=2, spatial_scale=0.5, coordinate_transformation_mode=place)
    return model


def newer():
    model = Model()
    for kind in "Gelu Mish HardSwish ThresholdedRelu IsInf".split():
        model.add(kind, CUBE)
    model.add("Gelu", CUBE, approximate="tanh")
    model.add("IsInf", MATRIX, detect_negative=0)
    model.add("GroupNormalization", IMAGE, floats(2), floats(2), num_groups=2)
    model.add("LpPool", (1, 3, 9, 9), kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1, p=2)
    model.add("ReduceMean", CUBE, ints(1), keepdims=0)
    model.add("ReduceSum", IMAGE)
    model.add("Pad", CUBE, ints(1, 2), None, ints(-1))
    model.add("Split", (1, 5, 5), outputs=2, axis=-1, num_outputs=2)
    return model


def older():
    model = Model()
    for kind in ("Softmax", "LogSoftmax"):
        model.add(kind, IMAGE, axis=1)
        model.add(kind, MATRIX, axis=1)
    model.add("Pad", CUBE, pads=[0, 1, 1, 0, 0, 2], value=0.5)
    model.add("Clip", CUBE, min=-0.5, max=0.5)
    model.add("Slice", CUBE, starts=[1], ends=[3], axes=[1])
    for mode in ("nearest", "linear"):
        model.add("Upsample", (1, 2, 4, 5), np.float32([1, 1, 3, 3]), mode=mode)
    return model


OLDER_OPSET = 9
OPSETS = {newer: NEWER_OPSET, older: OLDER_OPSET}
ALL_FAMILIES = (*FAMILIES, windows, axes, types, movements, images, newer, older)
NOT_WRITTEN = "the serializer writes none"
# By the ONNX operator: all differences that its models show, as differences() puts them, "ours | the serializer's". The
# reasons are in docs/dlc-operators.md.
LISTED = {
    "And": {"Eltwise_Binary 3 | 2"},
    "ArgMax": {"Cast 0 | 1"},
    "ArgMin": {"Cast 0 | 1"},
    "Clip": {"Eltwise_Binary 2 | 0", "Neuron 0 | 1",
             "Neuron.max_value float32 0.5 | float32 3.4028234663852886e+38",
             "Neuron.min_value float32 -0.5 | float32 -3.4028234663852886e+38"},
    "CumSum": {NOT_WRITTEN},
    "GRU": {"Concat 0 | 1", "Gru 1 | 5", "StridedSlice 0 | 17"},
    "GroupNormalization": {"Cast 0 | 7", "Concat 0 | 1", "Eltwise_Binary 0 | 1", "GroupNorm 1 | 0"},
    "LSTM": {"Eltwise_Binary 0 | 4", "Lstm 1 | 5", "Pack 0 | 1", "StridedSlice 0 | 21"},
    "Mod": {"Cast 1 | 4", "Eltwise_Binary 1 | 3", "Eltwise_Unary 0 | 1", NOT_WRITTEN},
    "Or": {"Eltwise_Binary 3 | 2"},
    "Pad": {NOT_WRITTEN},
    "Resize": {"Resize package ai.onnx | qti.aisw", 'Resize.mode string "linear" | None', "Resize.onnx_opset uint32 17 | None",
               "Resize.exclude_outside None | bool8 false", "Resize.interpolation_mode None | uint32 1",
               "Resize.transformation_mode None | uint32 0"},
    "Split": {NOT_WRITTEN},
    "TopK": {"Cast 0 | 1"},
    "Upsample": {"Resize.nearest_mode uint32 2 | uint32 0", "Resize.transformation_mode uint32 3 | uint32 0"},
    "Xor": {"Eltwise_Binary 3 | 2"},
}


def description(node):
    """An operator's attributes, with type and value of each."""
    attributes = {}
    for name, value in node["attributes"].items():
        if isinstance(value, dict):
            value = {key: value[key] for key in ("dims", "values")}
        attributes[name] = f"{node['attribute_types'][name]} {json.dumps(value)}"
    return attributes


def differences(ours, theirs):
    """Between two graphs of --dlc_info: numbers of operators of a type and, where these are equal, attributes."""
    sides = [collections.defaultdict(list), collections.defaultdict(list)]
    for side, graph in zip(sides, (ours, theirs)):
        for node in graph["nodes"]:
            if node["type"] not in OF_LAYOUT:
                side[node["type"]].append((node["package"], description(node)))
    found = set()
    for kind in sorted({*sides[0], *sides[1]}):
        ours, theirs = (sorted(side[kind], key=repr) for side in sides)
        if len(ours) != len(theirs):
            found.add(f"{kind} {len(ours)} | {len(theirs)}")
            continue
        for (package, mine), (other, their) in zip(ours, theirs):
            if package != other:
                found.add(f"{kind} package {package} | {other}")
            for name in sorted({*mine, *their}):
                if mine.get(name) != their.get(name):
                    found.add(f"{kind}.{name} {mine.get(name)} | {their.get(name)}")
    return found


def unlisted(found, listed):
    """By operator: what was found and is not listed, and what is listed and was not found."""
    kinds = sorted({*found, *listed})
    wrong = {kind: (sorted(found.get(kind, set()) - listed.get(kind, set())),
                    sorted(listed.get(kind, set()) - found.get(kind, set()))) for kind in kinds}
    return {kind: both for kind, both in wrong.items() if any(both)}


def only_graph(dlc):
    done = subprocess.run([PROGRAM, "--dlc_info", dlc, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["graphs"][0]


class DlcSerializerTest(ProgramTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.folders = []

    def save(self, model, opset):
        folder = self.folder / str(len(self.folders))
        folder.mkdir()
        onnx.save(model.onnx(opset), folder / "source.onnx")
        self.folders.append(folder)
        return folder

    def written_here(self, model, folder):
        words, inputs = [], []
        for name, dims in model.inputs.items():
            raw = folder / f"{name}.raw"
            floats(*dims, seed=len(name)).tofile(raw)
            words += ["--input_tensor", name, ",".join(map(str, dims)), raw]
            inputs.append(f"{name}:={raw}")
        (folder / "list.txt").write_text(" ".join(inputs) + "\n", encoding="utf-8")
        for name in model.outputs:
            words += ["--output_tensor", name]
        self.run_program("--inference_engine", "--runtime", "cpu", "--architecture", "x86_64-linux-clang", "--framework",
                         "onnx", "--model_path", folder / "source.onnx", "--precision", "fp32", "--input_list",
                         folder / "list.txt", *words, folder=folder)
        return folder / "working_directory" / "inference_engine" / "latest" / "base.dlc"

    def test_operators_and_attributes_agree(self):
        models = [(model, OPSETS.get(family, 17)) for family in ALL_FAMILIES for model in family().alone()]
        for model, opset in models:
            self.save(model, opset)
        theirs = qnn_dlc.dump_sources(self.folders)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            ours = list(pool.map(lambda pair: self.written_here(pair[0][0], pair[1]), zip(models, self.folders)))
        found = collections.defaultdict(set)
        compared = 0
        for (model, _), mine, their in zip(models, ours, theirs):
            kind = model.calls[0][0]
            if their is None:
                found[kind].add(NOT_WRITTEN)
                continue
            found[kind] |= differences(only_graph(mine), only_graph(their))
            compared += 1
        self.assertGreater(compared, 290)
        self.assertEqual(unlisted(found, LISTED), {})

    def test_an_altered_description_is_noticed(self):
        model = Model()
        model.add("Conv", IMAGE, floats(6, 4, 3, 3), strides=[2, 1])
        dlc = self.written_here(model, self.save(model, 17))
        graph = only_graph(dlc)
        place = next(i for i, node in enumerate(graph["nodes"]) if node["type"] == "Conv2d")
        self.assertEqual(differences(graph, graph), set())

        def change_value(node):
            node["attributes"]["stride"]["values"][0] = 3

        def change_dims(node):
            node["attributes"]["pad_amount"]["dims"] = [4]

        def change_type(node):
            node["attribute_types"]["group"] = "int32"

        def change_name(node):
            node["attributes"]["groups"] = node["attributes"].pop("group")
            node["attribute_types"]["groups"] = "uint32"

        def change_package(node):
            node["package"] = "ai.onnx"

        def change_operator(node):
            node["type"] = "Conv3d"

        for change in (change_value, change_dims, change_type, change_name, change_package, change_operator):
            with self.subTest(change.__name__):
                altered = copy.deepcopy(graph)
                change(altered["nodes"][place])
                self.assertNotEqual(differences(altered, graph), set())

    def test_a_list_that_says_too_much_or_too_little_is_noticed(self):
        self.assertEqual(unlisted({"Mod": {"a"}, "Add": set()}, {"Mod": {"a"}}), {})
        self.assertEqual(unlisted({"Mod": {"a"}}, {}), {"Mod": (["a"], [])})
        self.assertEqual(unlisted({"Mod": {"a"}}, {"Mod": {"a", "b"}}), {"Mod": ([], ["b"])})
        self.assertEqual(unlisted({}, {"Add": {"b"}}), {"Add": ([], ["b"])})


if __name__ == "__main__":
    unittest.main()
