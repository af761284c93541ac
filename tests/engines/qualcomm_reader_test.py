# SPDX-License-Identifier: BSD-3-Clause
"""The DLCs that the program writes, as Qualcomm's own reader reads them: the same operators, attributes, tensors, dims, types,
encodings and static bytes as --dlc_info says. Skipped, with exit code 77, where set-up found no Python for the reader."""

import copy
import json
import os
import pathlib
import struct
import subprocess
import sys
import unittest
import zipfile

import flatbuffers.table
import numpy as np
import onnx

import dlc_operators_test
import operators_sweep_test
import program
import tflite_models
from operator_specimens import SPECIMENS
from random_graph import RandomGraph
from tensorflow_models import InceptionV3

READER = pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "third_party/dlc_reader/bin/python"
SCRIPT = pathlib.Path(__file__).parent / "qualcomm_reader.py"
TYPES = {"SFIXED_POINT_": "sfixed", "UFIXED_POINT_": "ufixed", "FLOAT_": "float", "UINT_": "uint", "INT_": "int", "BOOL_": "bool",
         "STRING": "string"}
KINDS = {"APP_WRITE": "input", "APP_READ": "output", "NATIVE": "native", "STATIC": "static", "NULL": "null"}
SETTINGS = {"float": ("--precision", "fp32"), "int8": (), "per channel": ("--use_per_channel_quantization",),
            "16 bit": ("--act_bitwidth", "16", "--bias_bitwidth", "32"), "4 bit": ("--weights_bitwidth", "4")}
# What the reader itself adds to an operator, of the form that it knows beside QNN's.
READER_ADDS = {
    "Gru": {"activation", "gate_activation", "h_0_input_name", "rec_gate_activation"},
    "Lstm": {"c_0_input_name", "h_0_input_name", "reset_state_at_time_step_0", "sequence_continuation_name", "x_static_name"},
    "TransposeConv3d": {"bias_op_name", "dilation", "output_size", "padding_size_strategy"},
}
# QNN's own, of which it only has name, tensors and attributes.
UNKNOWN_TO_READER = {"RoiAlign"}
# Their specimens make tensors whose dims depend on values, which a DLC cannot hold.
DIMS_OF_VALUES = {"ConstantOfShape", "Loop", "NonMaxSuppression", "Range"}
LARGEST_GROUP = 60


def seen_in(paths):
    """What the reader sees in each file."""
    done = subprocess.run([READER, SCRIPT, *paths], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"the reader ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def type_name(theirs):
    return next(ours + theirs.removeprefix(prefix) for prefix, ours in TYPES.items() if theirs.startswith(prefix))


def described(tensor, ours):
    """A tensor of either side in one form."""
    encoding = tensor["encoding"]
    if encoding:
        middle = 2 ** (encoding["channels"][0]["bitwidth"] - 1) if ours and tensor["data_type"].startswith("sfixed") else 0
        encoding = {"axis": encoding["axis"], "channels": [
            {"bitwidth": one["bitwidth"], "offset": one["offset"] + middle, **{
                key: np.float32(one[key]) for key in ("min", "max", "scale")}} for one in encoding["channels"]]}
    kind, data_type = tensor["kind"], tensor["data_type"]
    return {"kind": kind if ours else KINDS[kind], "data_type": data_type if ours else type_name(data_type),
            "dims": tensor["dims"], "encoding": encoding, "data_bytes": tensor["data_bytes"],
            "data_crc32": tensor["data_crc32"]}


def attributes_of(node, ours):
    """Name to type and value."""
    attributes = {}
    for name, value in node["attributes"].items():
        if ours and node["attribute_types"][name] == "float32" and isinstance(value, str):
            value = float(value)
        tensor = isinstance(value, dict) and "dims" in value
        if ours:
            attributes[name] = described(value, True) if tensor else (node["attribute_types"][name], value)
        else:
            attributes[name] = described(value, False) if tensor else (type_name(value["data_type"]), value["value"])
    if ours and node["package"]:
        attributes["packageName"] = ("string", node["package"])
    return attributes


def table_at(table, slot):
    return flatbuffers.table.Table(table.Bytes, table.Indirect(table.Offset(4 + 2 * slot) + table.Pos))


def elements(table, slot):
    field = table.Offset(4 + 2 * slot)
    start = table.Vector(field)
    return [flatbuffers.table.Table(table.Bytes, table.Indirect(start + 4 * i)) for i in range(table.VectorLen(field))]


def with_32_bit_numbers(path, to):
    """Writes the file as the program did before: the number of the one value that has one takes four bytes, which do not
    begin at a multiple of eight."""
    records = {name: bytearray(zipfile.ZipFile(path).read(name)) for name in zipfile.ZipFile(path).namelist()}
    buffer = records["model"][8:]
    root = flatbuffers.table.Table(buffer, struct.unpack_from("<I", buffer)[0])
    ((node,),) = (elements(graph, 1) for graph in elements(root, 0))
    values = [table_at(attribute, 3) for attribute in elements(node, 4)]
    (value,) = (value for value in values if value.Offset(6))
    number = value.Offset(6)
    buffer[value.Pos + number + 4:value.Pos + number + 8] = buffer[value.Pos + number:value.Pos + number + 4]
    struct.pack_into("<H", buffer, value.Pos - struct.unpack_from("<i", buffer, value.Pos)[0] + 6, number + 4)
    records["model"][8:] = buffer
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in records.items():
            archive.writestr(name, bytes(content))
    return to


class QualcommReaderTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.files = 0

    def info(self, path):
        return json.loads(self.run_program("--dlc_info", path, "--json")[0])

    def dlcs(self, source, inputs, outputs, setting, *more):
        """The files of a run on the host, under names of their own."""
        words = []
        for name, value in inputs.items():
            raw = self.write_raw(f"input_{len(words)}.raw", value)
            words += ["--input_tensor", name, ",".join(map(str, value.shape)) or "1", raw]
        for name in outputs:
            words += ["--output_tensor", name]
        pairs = " ".join(f"{name}:={word}" for name, word in zip(inputs, words[3::4]))
        self.run_program("--inference_engine", "--model_path", source, "--runtime", "cpu", "--architecture",
                         "x86_64-linux-clang", "--input_list", self.write_input_list(pairs), *words, *SETTINGS[setting], *more)
        written = sorted(self.latest("inference_engine").resolve().glob("*.dlc"))
        self.assertEqual(len(written), 1 if setting == "float" else 2)
        named = []
        for path in written:
            self.files += 1
            named.append(path.rename(self.folder / f"{self.files}_{path.name}"))
        return named

    def onnx_dlcs(self, model, inputs, outputs, setting):
        onnx.save(model, self.folder / "source.onnx")
        return self.dlcs("source.onnx", inputs, outputs, setting, "--framework", "onnx")

    def check_node(self, theirs, ours):
        for key in ("type", "inputs", "outputs"):
            self.assertEqual(theirs[key], ours[key], ours["name"])
        # It takes any operator; one that it does not know must be said to be of another package.
        unknown = ours["package"] != "qti.aisw" or ours["type"] in UNKNOWN_TO_READER
        self.assertEqual(theirs["class"] == "IrOp", unknown, f"{ours['type']} of {ours['package']}: {theirs['class']}")
        seen, written = attributes_of(theirs, False), attributes_of(ours, True)
        added = set(seen) - set(written)
        self.assertEqual(added, READER_ADDS.get(ours["type"], set()), f"{ours['type']} {ours['name']}")
        self.assertEqual({name: seen[name] for name in set(seen) - added}, written, f"{ours['type']} {ours['name']}")

    def check_graph(self, theirs, ours):
        self.assertEqual(theirs["name"], ours["name"])
        self.assertEqual([node["name"] for node in theirs["nodes"]], [node["name"] for node in ours["nodes"]])
        for node, our_node in zip(theirs["nodes"], ours["nodes"]):
            self.check_node(node, our_node)
        tensors = {tensor["name"]: tensor for tensor in ours["tensors"]}
        used = {name for node in ours["nodes"] for name in node["inputs"] + node["outputs"]}
        self.assertEqual(set(theirs["tensors"]), used)
        for name, tensor in theirs["tensors"].items():
            self.assertEqual(described(tensor, False), described(tensors[name], True), name)

    def check(self, paths):
        """Returns what the reader saw."""
        all_seen = seen_in(paths)
        for path, seen in zip(paths, all_seen, strict=True):
            with self.subTest(path.name):
                self.check_file(path, seen)
        return all_seen

    def check_file(self, path, seen):
        self.assertNotIn("error", seen)
        self.assertEqual(len(seen["graphs"]), 1, "the reader finds no graph")
        info = self.info(path)
        self.check_graph(seen["graphs"][0], info["graphs"][0])
        self.assertEqual(seen["version"], info["converter"]["version"])

    def test_every_operator_alone_and_after_a_conv(self):
        paths = []
        by_opset = {}
        for number, specimen in enumerate(SPECIMENS):
            if specimen.op_type not in operators_sweep_test.LEFT_OUT | DIMS_OF_VALUES:
                by_opset.setdefault(specimen.opset, []).append(number)
        groups = [numbers[start:start + LARGEST_GROUP] for numbers in by_opset.values()
                  for start in range(0, len(numbers), LARGEST_GROUP)]
        for numbers in groups:
            for after_conv, setting in ((False, "int8"), (True, "16 bit")):
                model = operators_sweep_test.Model(numbers, after_conv)
                paths += self.onnx_dlcs(model.onnx(), model.inputs, model.outputs, setting)
        seen = self.check(paths)
        self.assertGreater(len({node["type"] for one in seen for graph in one["graphs"] for node in graph["nodes"]}), 40)

    def test_operator_families(self):
        paths = []
        for family in dlc_operators_test.FAMILIES:
            model = family()
            feeds = {name: dlc_operators_test.floats(*dims) for name, dims in model.inputs.items()}
            paths += self.onnx_dlcs(model.onnx(), feeds, model.outputs, "float")
        self.check(paths)

    def test_random_graphs(self):
        paths = []
        for seed in range(10):
            graph = RandomGraph(seed)
            for setting in ("float", "per channel"):
                paths += self.onnx_dlcs(graph.onnx(), graph.feeds(), graph.outputs, setting)
        self.check(paths)

    def test_real_models(self):
        paths = []
        for file, name, dims, output in program.OCR.values():
            for setting in SETTINGS:
                paths += self.dlcs(program.MODELS / file, {name: program.smooth_image(dims)}, [output], setting,
                                   "--framework", "onnx")
        for name in ("face_detection_short_range", "iris_landmark"):
            feeds = tflite_models.smooth_images(tflite_models.mediapipe_models()[name])
            outputs = tflite_models.outputs_of(tflite_models.mediapipe_models()[name])
            paths += self.dlcs(tflite_models.mediapipe_models()[name], feeds, outputs, "int8", "--framework", "tflite")
        paths += self.dlcs(InceptionV3.path(), {InceptionV3.INPUT: np.zeros(InceptionV3.DIMS, np.float32)},
                           [InceptionV3.OUTPUT], "int8", "--framework", "tensorflow")
        seen = self.check(paths)
        types = {tensor["data_type"] for one in seen for graph in one["graphs"] for tensor in graph["tensors"].values()}
        self.assertLessEqual({"FLOAT_32", "UFIXED_POINT_8", "SFIXED_POINT_8", "UFIXED_POINT_16", "SFIXED_POINT_32"}, types)
        bits = {one["bitwidth"] for file in seen for graph in file["graphs"] for tensor in graph["tensors"].values()
                if tensor["encoding"] for one in tensor["encoding"]["channels"]}
        self.assertLessEqual({4, 8, 16, 32}, bits)

    def test_a_graph_of_the_old_form_is_not_found(self):
        (path,) = self.onnx_dlcs(*self.one_relu(), "float")
        old = with_32_bit_numbers(path, self.folder / "old.dlc")
        self.assertEqual(self.info(old)["graphs"][0]["nodes"], self.info(path)["graphs"][0]["nodes"])
        (seen,) = seen_in([old])
        with self.assertRaisesRegex(AssertionError, "the reader finds no graph"):
            self.check_file(old, seen)

    def test_faults_are_found(self):
        (path,) = self.onnx_dlcs(*self.one_relu(), "float")
        (seen,), ours = seen_in([path]), self.info(path)["graphs"][0]
        self.check_graph(seen["graphs"][0], ours)
        for change in (lambda graph: graph["nodes"][0].update(type="Tanh"),
                       lambda graph: graph["nodes"][0]["attributes"]["operation"].update(value=5),
                       lambda graph: graph["nodes"][0]["attributes"]["operation"].update(data_type="INT_32"),
                       lambda graph: graph["tensors"]["x2_3"].update(dims=[3, 2]),
                       lambda graph: graph["tensors"]["x2_3"].update(data_type="FLOAT_16"),
                       lambda graph: graph["tensors"]["x2_3"].update(data_crc32="00000000")):
            changed = copy.deepcopy(seen["graphs"][0])
            change(changed)
            with self.assertRaises(AssertionError):
                self.check_graph(changed, ours)

    def one_relu(self):
        model = dlc_operators_test.Model()
        model.add("Relu", (2, 3))
        return model.onnx(), {"x2_3": dlc_operators_test.floats(2, 3)}, model.outputs


if __name__ == "__main__":
    if not READER.exists():
        print("skipped: set-up found no Python 3.10 or 3.12, which Qualcomm's reader of DLCs needs")
        sys.exit(77)
    unittest.main()
