# SPDX-License-Identifier: BSD-3-Clause
"""The golden run against ONNX Runtime's own Python interface, bit for bit."""

import json
import unittest

import numpy as np
import onnx
import onnxruntime

from program import MODELS, OCR, ProgramTest, smooth_image


def capture_in_python(path, feeds):
    model = onnx.load(path)
    names = [output for node in model.graph.node for output in node.output if output]
    present = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in present)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(names, session.run(names, feeds)))


class GoldenTest(ProgramTest):
    def check(self, name, *more):
        file, tensor, dims, output = OCR[name]
        image = smooth_image(dims)
        raw = self.write_raw("image.raw", image)
        self.run_program("--framework_runner", "-f", "onnx", "-m", MODELS / file, "-i", tensor,
                         ",".join(map(str, dims)), raw, "-o", output, *more)
        run = self.latest("framework_runner")
        expected = capture_in_python(MODELS / file, {tensor: image})
        records = {record["name"]: record for record in self.manifest(run)["tensors"]}
        self.assertEqual(set(records) - {tensor}, set(expected))
        for name, value in expected.items():
            raw = np.fromfile(run / records[name]["file"], np.float32)
            np.testing.assert_array_equal(raw, np.asarray(value, np.float32).ravel(), err_msg=name)
            self.assertEqual(records[name]["dims"], list(np.shape(value)), name)
        return records, expected, run

    def test_classifier(self):
        self.check("classifier")

    def test_the_graph_is_described(self):
        file, _, dims, _ = OCR["classifier"]
        _, expected, run = self.check("classifier")
        graph = json.loads((run / "golden_graph_struct.json").read_text())
        nodes = onnx.load(MODELS / file).graph.node
        self.assertEqual([node["type"] for node in graph["nodes"]], [node.op_type for node in nodes])
        self.assertEqual([node["inputs"] for node in graph["nodes"]], [list(node.input) for node in nodes])
        self.assertEqual(graph["inputs"][0]["dims"], list(dims))
        for output in (output for node in graph["nodes"] for output in node["outputs"]):
            self.assertEqual(output["dims"], list(np.shape(expected[output["name"]])))

    def test_recognizer_in_passes_of_two_megabytes(self):
        self.check("recognizer", "--memory_budget_mb", "2")

    def test_integers_keep_an_exact_copy(self):
        records, expected, run = self.check("classifier")
        integers = [name for name, value in expected.items() if value.dtype == np.int64]
        self.assertTrue(integers)
        for name in integers:
            native = np.fromfile(run / records[name]["native_file"], np.int64)
            np.testing.assert_array_equal(native, expected[name].ravel())

    def test_filters_select(self):
        file, tensor, dims, output = OCR["classifier"]
        raw = self.write_raw("image.raw", smooth_image(dims))
        self.run_program("--framework_runner", "-f", "onnx", "-m", MODELS / file, "-i", tensor, "1,3,48,192", raw,
                         "-o", output, "--add_layer_types", "Softmax,MatMul")
        names = {record["op_type"] for record in self.manifest(self.latest("framework_runner"))["tensors"]}
        self.assertEqual(names, {"Input", "Softmax", "MatMul"})


if __name__ == "__main__":
    unittest.main()
