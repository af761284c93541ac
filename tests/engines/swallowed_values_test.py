# SPDX-License-Identifier: BSD-3-Clause
"""A step that swallows the live values is the cause that the first lines name, not the layer after it."""

import json
import unittest

import numpy as np
import onnx
from onnx import helper, numpy_helper

import program

NODE = helper.make_node
TOKENS = 6
LOW = float(np.finfo(np.float32).min)


def constant(name, values):
    return numpy_helper.from_array(np.ascontiguousarray(values), name)


def mask(low):
    return np.triu(np.full((TOKENS, TOKENS), low, np.float32), 1)[None, None]


# Each gives (nodes that make 'sm' of the scores 'ss', constants, inputs beside q, k, v).
def added(low):
    return [NODE("Add", ["ss", "m"], ["sm"])], [constant("m", mask(low))], {}


def added_input(low):
    return [NODE("Add", ["ss", "m"], ["sm"])], [], {"m": mask(low)}


def chosen(low):
    return ([NODE("Where", ["keep", "ss", "low"], ["sm"])],
            [constant("keep", mask(1) == 0), constant("low", np.float32(low))], {})


def scaled(low):
    return ([NODE("Sub", ["one", "keep"], ["drop"]), NODE("Mul", ["drop", "low"], ["m"]), NODE("Add", ["ss", "m"], ["sm"])],
            [constant("one", np.float32(1)), constant("low", np.float32(low))], {"keep": (mask(1) == 0).astype(np.float32)})


class SwallowedValuesTest(program.ProgramTest):
    def compare(self, nodes, constants, inputs):
        """The lines of a run of int8 on the CPU."""
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info(name, 1, array.shape) for name, array in inputs.items()],
            [helper.make_tensor_value_info("y", 1, None)], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        onnx.save(model, self.folder / "model.onnx")
        words = []
        for name, array in inputs.items():
            self.write_raw(f"{name}.raw", array)
            words += ["--input_tensor", name, ",".join(map(str, array.shape)), f"{name}.raw"]
        self.write_input_list(" ".join(f"{name}:={name}.raw" for name in inputs))
        stdout, _ = self.run_program(
            "--framework", "onnx", "--model_path", "model.onnx", *words, "--output_tensor", "y", "--input_list",
            "input_list.txt", "--architecture", "x86_64-linux-clang", "--default_verifier", "SQNR", "--runtime", "cpu",
            "--precision", "int8")
        return stdout

    def attend(self, form):
        random = np.random.default_rng(1)
        q, k, v = (random.standard_normal((1, 2, TOKENS, 8)).astype(np.float32) for _ in "qkv")
        nodes, constants, inputs = form
        return self.compare(
            [NODE("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]), NODE("MatMul", ["q", "kt"], ["s"]),
             NODE("Mul", ["s", "c"], ["ss"]), *nodes, NODE("Softmax", ["sm"], ["p"], axis=-1), NODE("MatMul", ["p", "v"], ["y"])],
            [constant("c", np.float32(8 ** -.5)), *constants], {"q": q, "k": k, "v": v, **inputs})

    def assert_names(self, stdout, name):
        line = next(line for line in stdout.splitlines() if "diverge" in line)
        self.assertIn(f"First to diverge: '{name}'", line)
        self.assertIn("is larger than all differences that matter here", line)
        self.assertNotIn("Loses most against its own inputs", stdout)
        report = json.loads((self.latest("verification") / "summary.json").read_text(encoding="utf-8"))
        row = next(row for row in report["rows"] if row["name"] == name)
        self.assertIn("become zero", row["swallowed"])
        page = (self.latest("verification") / "summary.html").read_text(encoding="utf-8")
        self.assertIn("is larger than all differences", page)

    def test_a_mask_is_the_cause_in_every_form(self):
        for form in (added, added_input, chosen, scaled):
            for low in (-1e4, -1e9):
                with self.subTest(form=form.__name__, low=low):
                    self.assert_names(self.attend(form(low)), "sm")
        for form in (added, chosen):
            with self.subTest(form=form.__name__, low=LOW):
                self.assert_names(self.attend(form(LOW)), "sm")

    def test_a_mask_within_reach_is_no_cause(self):
        stdout = self.attend(added(-10.0))
        self.assertNotIn("larger than all differences", stdout)

    def test_padding_by_the_lowest_number_is_the_cause(self):
        x = np.random.default_rng(2).standard_normal((1, 2, 6, 6)).astype(np.float32)
        stdout = self.compare(
            [NODE("Pad", ["x", "pads", "low"], ["padded"]), NODE("MaxPool", ["padded"], ["y"], kernel_shape=[3, 3])],
            [constant("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1])), constant("low", np.float32(LOW))], {"x": x})
        # The target moves codes: the padded tensor's range is that of its input as well.
        self.assert_names(stdout, "x")
        self.assertIn("it shares the encoding of 'padded' (Pad), whose values reach from -3.4e+38 to", stdout)

    def test_one_outlier_is_told(self):
        x = np.random.default_rng(3).uniform(1, 2, (1, 256)).astype(np.float32)
        x[0, 7] = 1e4
        stdout = self.compare([NODE("Neg", ["x"], ["n"]), NODE("Neg", ["n"], ["y"])], [], {"x": x})
        self.assertNotIn("No tensor diverges", stdout)
        self.assertIn("255 of the 256 values that are not zero become zero", stdout)

    def test_healthy_tensors_are_not_called_swallowed(self):
        x = np.random.default_rng(4).standard_normal((1, 64)).astype(np.float32)
        one_hot = np.zeros((1, 64), np.float32)
        one_hot[0, 5] = 1
        saturated = np.zeros((1, 64), np.float32)
        saturated[0, :] = x[0] / 2
        saturated[0, 9] = 20
        graphs = {
            "relu": ([NODE("Sub", ["x", "two"], ["d"]), NODE("Relu", ["d"], ["y"])], [constant("two", np.float32(1))], x),
            "one_hot": ([NODE("Mul", ["x", "two"], ["y"])], [constant("two", np.float32(2))], one_hot),
            "softmax": ([NODE("Softmax", ["x"], ["y"], axis=-1)], [], saturated),
            "clip": ([NODE("Clip", ["x", "low", "high"], ["y"])],
                     [constant("low", np.float32(-.1)), constant("high", np.float32(.1))], x),
        }
        for name, (nodes, constants, values) in graphs.items():
            with self.subTest(graph=name):
                stdout = self.compare(nodes, constants, {"x": values})
                self.assertNotIn("larger than all differences", stdout)


if __name__ == "__main__":
    unittest.main()
