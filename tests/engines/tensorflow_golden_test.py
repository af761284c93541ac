# SPDX-License-Identifier: BSD-3-Clause
"""The golden run of frozen graphs against TensorFlow's own Python interface, bit for bit."""

import unittest

import numpy as np
from tensorflow.core.protobuf import saved_model_pb2

from program import MODELS, ProgramTest
from tensorflow_models import freeze, run_in_python, shipped_mobilenet, tf1


def image(dims, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, dims).astype(np.float32)


class TensorflowGoldenTest(ProgramTest):
    def capture(self, path, feeds, output, *more, expect=0):
        words = ["--framework_runner", "--framework", "tensorflow", "--model_path", path, "--output_tensor", output]
        for name, value in feeds.items():
            raw = self.write_raw(f"{name.replace('/', '_')}.raw", value)
            words += ["--input_tensor", name, ",".join(map(str, value.shape)), raw, str(value.dtype)]
        return self.run_program(*words, *more, expect=expect)

    def records(self):
        return {record["name"]: record for record in self.manifest(self.latest("framework_runner"))["tensors"]}

    def skipped(self):
        return {skip["name"]: skip["reason"] for skip in self.manifest(self.latest("framework_runner"))["skipped"]}

    def check(self, path, feeds, output, *more):
        """Captures and compares every tensor. Returns the records."""
        self.capture(path, feeds, output, *more)
        records = self.records()
        python_feeds = {name if ":" in name else name + ":0": value for name, value in feeds.items()}
        expected = run_in_python(path, python_feeds, [name for name in records if name not in python_feeds])
        for name, value in expected.items():
            raw = np.fromfile(self.latest("framework_runner") / records[name]["file"], np.float32)
            np.testing.assert_array_equal(raw, np.asarray(value, np.float32).ravel(), err_msg=name)
            self.assertEqual(records[name]["dims"], list(np.shape(value)), name)
        return records

    def small(self, build):
        return freeze(build, self.folder / "small.pb")

    def test_shipped_mobilenet(self):
        records = self.check(shipped_mobilenet(), {"input": image((1, 224, 224, 3))}, "final_result")
        self.assertGreater(len(records), 250)
        self.assertEqual(records["final_result:0"]["op_type"], "Softmax")
        self.assertTrue((self.latest("framework_runner") / "final_result:0.raw").is_file())

    def test_in_passes_of_four_megabytes(self):
        self.check(shipped_mobilenet(), {"input:0": image((1, 224, 224, 3))}, "final_result:0", "--memory_budget_mb", "4")

    def test_captures_every_output_and_nothing_that_the_output_does_not_need(self):
        def build():
            x = tf1.placeholder(tf1.float32, [None, 6], name="x")
            values, indices = tf1.math.top_k(x, 2, name="top")
            parts = tf1.split(tf1.nn.relu(values, name="relu"), 2, axis=1, name="parts")
            tf1.add(parts[0], tf1.cast(indices, tf1.float32, name="cast"), name="y")
            tf1.sigmoid(tf1.placeholder(tf1.float32, [4], name="other"), name="not_needed")

        records = self.check(self.small(build), {"x": image((3, 6))}, "y")
        self.assertEqual(set(records), {"x:0", "top:0", "top:1", "relu:0", "parts:0", "parts:1", "cast:0", "y:0"})
        self.assertEqual(records["top:1"]["type"], "int32")
        native = np.fromfile(self.latest("framework_runner") / records["top:1"]["native_file"], np.int32)
        self.assertEqual(native.size, 6)

    def test_a_placeholder_with_default_may_be_fed_or_not(self):
        def build():
            x = tf1.placeholder(tf1.float32, [2, 3], name="x")
            scale = tf1.placeholder_with_default(tf1.constant([2.0, 3.0, 4.0]), [3], name="scale")
            tf1.multiply(x, scale, name="y")

        path = self.small(build)
        self.check(path, {"x": image((2, 3))}, "y")
        self.assertIn("scale:0", self.records())
        self.check(path, {"x": image((2, 3)), "scale": image((3,), 1)}, "y")

    def test_any_op_may_be_an_input(self):
        def build():
            jpeg = tf1.placeholder(tf1.string, [], name="contents")
            x = tf1.cast(tf1.image.decode_jpeg(jpeg, channels=3, name="decode"), tf1.float32, name="image")
            tf1.nn.relu(x, name="y")

        records = self.check(self.small(build), {"image:0": image((4, 4, 3))}, "y")
        self.assertEqual(set(records), {"image:0", "y:0"})
        statements = self.manifest(self.latest("framework_runner"))["statements"]
        self.assertIn("2 nodes before 'image:0' are cut off by --input_tensor", "\n".join(statements))
        picture = np.random.default_rng(0).integers(0, 256, (4, 4, 3)).astype(np.uint8)
        self.assertEqual(set(self.check(self.small(build), {"decode": picture}, "y")), {"decode:0", "image:0", "y:0"})

    def test_branches_that_did_not_run_and_loops_are_skipped_with_a_reason(self):
        tf1.disable_control_flow_v2()

        def build():
            x = tf1.placeholder(tf1.float32, [3], name="x")
            flag = tf1.placeholder_with_default(tf1.constant(False), [], name="flag")
            y = tf1.cond(flag, lambda: tf1.nn.relu(x, name="taken"), lambda: tf1.nn.tanh(x, name="other"), name="cond")
            count = tf1.while_loop(lambda i, v: i < 3, lambda i, v: [i + 1, tf1.multiply(v, 2.0, name="twice")],
                                   [tf1.constant(0), y], name="loop")[1]
            tf1.identity(count, name="y")

        records = self.check(self.small(build), {"x": image((3,))}, "y")
        skipped = self.skipped()
        self.assertIn("cond/other:0", records)
        self.assertIn("branch did not run", skipped["cond/taken:0"])
        self.assertIn("inside a loop", skipped["loop/twice:0"])
        _, stderr = self.capture(self.folder / "small.pb", {"x": image((3,))}, "y")
        self.assertEqual(stderr.count("inside a loop"), 1)
        self.assertIn("y:0", records)

    def test_strings_are_skipped_with_a_reason(self):
        def build():
            x = tf1.placeholder(tf1.float32, [3], name="x")
            text = tf1.as_string(x, name="text")
            tf1.strings.to_number(text, name="y")

        self.check(self.small(build), {"x": image((3,))}, "y")
        self.assertIn("string", self.skipped()["text:0"])

    def test_what_is_no_frozen_graph_is_told_apart(self):
        graph = shipped_mobilenet().read_bytes()
        onnx = next(MODELS.glob("*.onnx")).read_bytes()
        saved = self.folder / "saved"
        saved.mkdir()
        message = saved_model_pb2.SavedModel(saved_model_schema_version=1)
        message.meta_graphs.add().graph_def.node.add(name="x", op="Placeholder")
        (saved / "saved_model.pb").write_bytes(message.SerializeToString())
        (self.folder / "checkpoint.meta").write_bytes(message.meta_graphs[0].SerializeToString())
        cases = {"empty.pb": (b"", "it is empty"), "cut.pb": (graph[:-1000], "truncated"), "onnx.pb": (onnx, "ONNX model"),
                 "lite.pb": (b"\x1c\0\0\0TFL3" + b"\0" * 50, "TensorFlow Lite model"), "text.pb": (b"node {\n}\n", "text form"),
                 "zip.pb": (b"PK\x03\x04" + b"\0" * 50, "ZIP archive"), "noise.pb": (bytes(range(256)) * 9, "no frozen")}
        for name, (content, message) in cases.items():
            (self.folder / name).write_bytes(content)
            _, stderr = self.capture(name, {"x": image((3,))}, "y", expect=3)
            self.assertIn(message, stderr, name)
        for path, message in ((saved, "folder of a SavedModel"), (saved / "saved_model.pb", "it is a SavedModel"),
                              (self.folder / "checkpoint.meta", "checkpoint"),
                              (self.folder / "none.pb", "none.pb")):
            _, stderr = self.capture(path, {"x": image((3,))}, "y", expect=3)
            self.assertIn(message, stderr)

    def test_a_missing_library_is_named_with_the_command_that_installs_it(self):
        raw = self.write_raw("x.raw", image((1, 224, 224, 3)))
        _, stderr = self.run_program("--framework_runner", "-f", "tensorflow", "-m", shipped_mobilenet(), "-i", "input",
                                     "1,224,224,3", raw, "-o", "final_result", expect=3,
                                     environment={"ACC_TENSORFLOW_LIBRARY": "/no/such/library.so"})
        self.assertIn("scripts/setup --with tensorflow", stderr)

    def test_wrong_names_are_answered_with_suggestions(self):
        model = shipped_mobilenet()
        _, stderr = self.capture(model, {"inptu": image((1, 224, 224, 3))}, "final_result", expect=2)
        self.assertIn("input:0", stderr)
        _, stderr = self.capture(model, {"input": image((1, 224, 224, 3))}, "final_resutl", expect=2)
        self.assertIn("Did you mean 'final_result", stderr)


if __name__ == "__main__":
    unittest.main()
