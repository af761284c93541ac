# SPDX-License-Identifier: BSD-3-Clause
"""Graphs of TensorFlow 2 that call functions: what the golden run shows, and what conversion makes of them."""

import re
import unittest

import numpy as np
from tensorflow.python.framework import op_def_registry

from program import ProgramTest
from tensorflow_models import ROOT, freeze_function, run_in_python, tf

FLOOR_DB = 60


def random(*dims, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, dims).astype(np.float32)


@tf.function
def scaled(x, factor):
    top = tf.math.top_k(x * factor, 4, name="top")
    return top.values, tf.nn.relu(x, name="relu")


@tf.function
def outer(x):
    low, high = scaled(x, 0.5)
    return scaled(tf.concat([low, high], 1, name="joined"), 2.0)[0]


class TensorflowFunctionsTest(ProgramTest):
    def run_model(self, function, value, expect=0):
        """Runs `function` of one input end to end; returns its path, the rows by target name and stderr."""
        path, output = freeze_function(function, self.folder / "model.pb", value)
        raw = self.write_raw("x.raw", value)
        _, stderr = self.run_program(
            "--framework", "tensorflow", "--model_path", path, "-i", "x", ",".join(map(str, value.shape)), raw, "-o", output,
            "-a", "x86_64-linux-clang", "-r", "cpu", "--precision", "fp32", "--input_list", self.write_input_list(raw),
            "--default_verifier", "SQNR", expect=expect)
        return path, output, stderr

    def check(self, function, value):
        """Compares the golden run with Python bit for bit where Python has the tensor, and the target with the golden run.
        Returns the names of the golden tensors."""
        path, output, _ = self.run_model(function, value)
        records = {record["name"]: record for record in self.manifest(self.latest("framework_runner"))["tensors"]}
        expected = run_in_python(path, {"x:0": value}, [output])[output]
        raw = np.fromfile(self.latest("framework_runner") / records[output]["file"], np.float32)
        np.testing.assert_array_equal(raw, expected.ravel())
        for name, row in self.summary().items():
            self.assertGreaterEqual(float(row["SQNR"]), FLOOR_DB, name)
        return records

    def golden(self, records, name):
        return np.fromfile(self.latest("framework_runner") / records[name]["file"], np.float32)

    def test_output_arguments_are_those_of_the_registry(self):
        source = (ROOT / "src/model/tensorflow/output_arguments.cc").read_text(encoding="utf-8")
        named = dict(re.findall(r'string_view (k\w+) =\s+"([^"]*)"', source))
        rows = re.findall(r'\{"(\w+)",\s+(?:"([^"]*)"|(k\w+))\}', source)
        self.assertGreater(len(rows), 50)
        for op, arguments, name in rows:
            known = [argument.name for argument in op_def_registry.get(op).output_arg]
            self.assertEqual(known, (arguments or named[name]).split()[:len(known)], op)

    def test_nested_calls(self):
        value = random(3, 6)
        records = self.check(lambda x: outer(x) + 1.0, value)
        relu = sorted(name for name in records if name.endswith("/relu:0"))
        joined = next(name for name in records if name.endswith("/joined:0"))
        self.assertEqual(len(relu), 1, "the other one's result is not needed")
        np.testing.assert_array_equal(self.golden(records, relu[0]), np.maximum(value, 0).ravel())
        half = np.sort(value * np.float32(0.5))[:, ::-1][:, :4]
        np.testing.assert_array_equal(self.golden(records, joined), np.hstack([half, np.maximum(value, 0)]).ravel())
        self.assertIn(joined.replace("/", "_").replace(":", "_"), self.summary())

    def test_a_grouped_convolution_in_a_compiled_function(self):
        weights = random(3, 3, 2, 8)

        @tf.function(jit_compile=True)
        def grouped(x):
            return tf.nn.conv2d(x, weights, 1, "SAME", name="inside")

        records = self.check(lambda x: tf.nn.relu(grouped(x), name="y"), random(1, 9, 9, 8))
        self.assertFalse([name for name in records if name.endswith("inside:0")], "TensorFlow compiles it as one")
        self.assertTrue([name for name in records if "PartitionedCall" in name])

    def test_what_depends_on_the_input_is_refused_by_name(self):
        def branches(x):
            return tf.cond(tf.reduce_sum(x) > 0, lambda: tf.nn.relu(x), lambda: tf.tanh(x))

        def loop(x):
            return tf.while_loop(lambda i, y: tf.reduce_sum(y) < 100.0, lambda i, y: (i + 1, y * 1.5), (0, tf.abs(x) + 1.0))[1]

        for function, op in ((branches, "If"), (loop, "While")):
            _, _, stderr = self.run_model(function, random(3, 6), expect=3)
            self.assertRegex(stderr, rf"cannot be converted: .*\b(Stateless)?{op} \(1\)")


if __name__ == "__main__":
    unittest.main()
