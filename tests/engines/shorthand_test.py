# SPDX-License-Identifier: BSD-3-Clause
"""A command line that begins with a model: what is left out is taken from the model, told, and printed as a whole command."""

import json
import shlex
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import MODELS, OCR, ProgramTest

ROWS = 50


class ShorthandTest(ProgramTest):
    def save(self, nodes, inputs, constants=None, name="m.onnx"):
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info(*entry) for entry in inputs],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), self.folder / name)

    def save_relu(self, dims=(1, 4, 8)):
        self.save([helper.make_node("Relu", ["x"], ["y"], name="relu")], [("x", TensorProto.FLOAT, dims)])

    @staticmethod
    def full_command(stderr):
        line = next(line for line in stderr.splitlines() if line.startswith("in full: "))
        return shlex.split(line.removeprefix("in full: "))

    def rows(self):
        return {name: row["SQNR"] for name, row in self.summary().items()}

    def test_the_model_alone(self):
        """The classifier of the README: what is printed is a command that gives the same."""
        stdout, stderr = self.run_program(MODELS / OCR["classifier"][0], "--runtime", "cpu")
        self.assertRegex(stdout.splitlines()[0], r"No data was given\. The run has made inputs: 'x' 1,3,224,224 \(float32\): an image")
        self.assertIn("Report: ", stdout)
        rows = self.rows()
        self.assertGreater(len(rows), 100)
        words = self.full_command(stderr)
        self.assertEqual(words[0], "snpe-accuracy-debugger")
        self.assertIn("CosineSimilarity", words)
        self.run_program(*words[1:])
        self.assertEqual(self.rows(), rows)

    def test_the_runtime_is_one_that_is_here(self):
        self.save_relu()
        stderr = self.run_program("m.onnx", environment={"ACC_QNN_FOLDER": "/nowhere"})[1]
        self.assertEqual(self.full_command(stderr)[self.full_command(stderr).index("--runtime") + 1], "cpu")

    def test_ids_and_masks(self):
        table = np.random.default_rng(1).normal(size=(ROWS, 8)).astype(np.float32)
        self.save([helper.make_node("Gather", ["table", "ids"], ["rows"], name="look_up"),
                   helper.make_node("Cast", ["attention_mask"], ["mask"], name="cast", to=TensorProto.FLOAT),
                   helper.make_node("Unsqueeze", ["mask", "last"], ["column"], name="column"),
                   helper.make_node("Mul", ["rows", "column"], ["y"], name="mask")],
                  [("ids", TensorProto.INT64, ["batch", "length"]), ("attention_mask", TensorProto.INT64, ["batch", "length"])],
                  {"table": table, "last": np.array([-1], np.int64)})
        stdout, _ = self.run_program("m.onnx", "--runtime", "cpu")
        self.assertIn(f"'ids' 1,32 (int64): ids below {ROWS}", stdout)
        made = self.folder / "working_directory/made_inputs/m"
        ids = np.fromfile(made / "ids.raw", np.int64)
        self.assertTrue(np.all((ids >= 0) & (ids < ROWS)))
        self.assertEqual(set(np.fromfile(made / "attention_mask.raw", np.int64)), {1})
        # Others than were chosen.
        self.run_program("m.onnx", "--runtime", "cpu", "-i", "ids", "1,5", "-i", "attention_mask", "1,5")
        self.assertEqual(np.fromfile(made / "ids.raw", np.int64).size, 5)

    def test_data_that_is_given_is_used(self):
        self.save_relu()
        raw = self.write_raw("x.raw", np.random.default_rng(3).normal(size=(1, 4, 8)).astype(np.float32))
        stdout, stderr = self.run_program("m.onnx", "--runtime", "cpu", "-i", "x", "1,4,8", raw)
        self.assertNotIn("made inputs", stdout)
        self.assertIn("No --input_list was given", stdout)
        lines = self.write_input_list(raw)
        stdout, stderr = self.run_program("m.onnx", "--runtime", "cpu", "-i", "x", "1,4,8", raw, "-l", lines, "--act_bitwidth", "16")
        self.assertNotIn("No --input_list", stdout)
        words = self.full_command(stderr)
        self.assertEqual(words[words.index("--input_list") + 1], str(lines))
        self.assertEqual(words[words.index("--act_bitwidth") + 1], "16")
        options = json.loads((self.latest("inference_engine") / "inference_engine_options.json").read_text(encoding="utf-8"))
        self.assertEqual(options["act_bitwidth"], "16", options)

    def test_what_cannot_be_completed_is_told(self):
        self.save_relu()
        (self.folder / "x.txt").write_text("", encoding="utf-8")
        (self.folder / "m.dlc").write_text("", encoding="utf-8")
        for words, why in ((["x.txt"], "is no model by its name"), (["m.dlc"], "--inference_engine --stage converted"),
                           (["m.onnx", "-m", "m.onnx"], "both as the first word"), (["m.onnx", "-l", "x.txt"], "--input_list without"),
                           (["m.onnx", "-i", "x", "wide"], "given neither with dims"), (["m.onnx", "--precison", "fp32"], "--precision")):
            with self.subTest(words=words):
                self.assertIn(why, self.run_program(*words, expect=2)[1])
        self.assertIn("cannot read", self.run_program("none.onnx", expect=3)[1])

    def test_a_run_that_fails_names_the_dims_that_were_chosen(self):
        self.save([helper.make_node("Reshape", ["x", "dims"], ["y"], name="reshape")], [("x", TensorProto.FLOAT, ["n", "length"])],
                  {"dims": np.array([3, 7], np.int64)})
        stderr = self.run_program("m.onnx", "--runtime", "cpu", expect=3)[1]
        self.assertIn("The model leaves dims open, which were chosen here: x 1,32. Give others with --input_tensor NAME DIMS", stderr)

    def test_an_input_without_rank(self):
        self.save([helper.make_node("Relu", ["x"], ["y"], name="relu")], [("x", TensorProto.FLOAT, None)])
        self.assertIn("how many dims its input 'x' has", self.run_program("m.onnx", "--runtime", "cpu", expect=2)[1])
        self.run_program("m.onnx", "--runtime", "cpu", "-i", "x", "2,3")
        self.assertEqual(sorted(self.rows()), ["x", "y"])


if __name__ == "__main__":
    unittest.main()
