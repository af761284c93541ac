# SPDX-License-Identifier: BSD-3-Clause
"""node_data.json against Model Explorer's own classes, and its names against the model that the viewer would open."""

import dataclasses
import importlib
import importlib.util
import json
import sys
import types
import unittest

import onnx

from program import MODELS, OCR, ProgramTest, end_to_end, text_image


def node_data_builder():
    """The package's module, without the server that importing the package would start."""
    package = types.ModuleType("model_explorer")
    package.__path__ = list(importlib.util.find_spec("model_explorer").submodule_search_locations)
    sys.modules["model_explorer"] = package
    return importlib.import_module("model_explorer.node_data_builder")


def read(builder, data):
    """The file in the package's classes; what they do not know is an error."""
    values = dict(data)
    values["results"] = {name: builder.NodeDataResult(**result) for name, result in data["results"].items()}
    values["thresholds"] = [builder.ThresholdItem(**item) for item in data["thresholds"]]
    return builder.GraphNodeData(**values)


class ModelExplorerTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.builder = node_data_builder()

    def test_the_file_is_what_the_package_writes(self):
        file, tensor, dims, output = OCR["classifier"]
        raw = self.write_raw("image.raw", text_image(dims))
        self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raw)], self.write_input_list(raw), "--runtime", "cpu"))
        data = json.loads((self.latest("verification") / "node_data.json").read_text())
        graph_data = read(self.builder, data)
        again = json.loads(graph_data.to_json_string())
        for key in data:
            self.assertEqual(again[key], data[key])
        self.assertTrue(all(isinstance(result.value, (int, float)) for result in graph_data.results.values()))

        made = {name for node in onnx.load(MODELS / file).graph.node for name in node.output} | {tensor}
        self.assertLessEqual(set(graph_data.results), made)
        summary = {row["name"]: row["sqnr_db"] for row in json.loads((self.latest("verification") / "summary.json").read_text())["rows"]}
        self.assertGreater(len(graph_data.results), len(summary) // 2)

    def test_the_check_finds_a_wrong_file(self):
        self.assertTrue(dataclasses.is_dataclass(self.builder.GraphNodeData))
        with self.assertRaises(TypeError):
            read(self.builder, {"results": {"a": {"score": 1}}, "thresholds": []})
        with self.assertRaises(TypeError):
            read(self.builder, {"results": {}, "thresholds": [], "colours": []})


if __name__ == "__main__":
    unittest.main()
