# SPDX-License-Identifier: BSD-3-Clause
"""The HTP simulator end to end, and what only it can show."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import MODELS, OCR, PROGRAM, ProgramTest, end_to_end, refuse_fault, smooth_image


class HtpTest(ProgramTest):
    def run_classifier(self, image, *more, expect=0):
        file, tensor, dims, output = OCR["classifier"]
        raw = self.write_raw("image.raw", image)
        lines = self.write_input_list(raw)
        return self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines, *more), expect=expect)

    def final(self):
        return float(self.summary()["save_infer_model_scale_0_tmp_1"]["SQNR"])

    def test_int8_shows_every_stored_tensor(self):
        self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "-bbw", "32")
        rows = self.summary()
        self.assertGreater(len(rows), 100)
        self.assertGreater(np.median([float(row["SQNR"]) for row in rows.values()]), 10)

    def test_16_bit_softmax_errs_on_the_htp_and_not_on_the_host(self):
        # Logits this close make the step of the Softmax's 16-bit input smaller than the HTP can take.
        image = np.random.default_rng(1).uniform(0, 1, OCR["classifier"][2]).astype(np.float32)
        wide = ("-abw", "16", "-bbw", "32", "--use_per_channel_quantization", "--use_symmetric_quantize_weights")
        self.run_classifier(image, "--runtime", "cpu", *wide)
        self.assertGreater(self.final(), 60)
        stdout, _ = self.run_classifier(image, "--runtime", "dsp", *wide)
        self.assertLess(self.final(), 15)
        self.assertIn("Loses most against its own inputs", stdout)
        culprit = next(line for line in stdout.splitlines() if line.startswith("Loses most"))
        self.assertIn("save_infer_model_scale_0_tmp_1", culprit)
        self.assertIn("halves the largest exponential", stdout)

    def test_every_generation_runs(self):
        image = smooth_image(OCR["classifier"][2])
        for runtime in ("dspv68", "dspv69", "dspv73", "dspv75"):
            self.run_classifier(image, "--runtime", runtime, "-bbw", "32")
        self.run_classifier(image, "--runtime", "dsp", "--htp_socs", "sm8650", "-bbw", "32")

    def test_fp16(self):
        self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "--precision", "fp16")
        scores = [float(row["SQNR"]) for row in self.summary().values()]
        self.assertGreater(min(scores), 30)

    def test_a_model_with_states_and_several_outputs(self):
        weight = numpy_helper.from_array(np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32), "w")
        nodes = [helper.make_node("MatMul", ["x", "w"], ["m"], name="matmul"),
                 helper.make_node("Add", ["m", "state"], ["sum"], name="add"),
                 helper.make_node("Tanh", ["sum"], ["next"], name="tanh"),
                 helper.make_node("Sigmoid", ["next"], ["y"], name="sigmoid")]
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 16])
        graph = helper.make_graph(nodes, "cell", [value("x"), value("state")], [value("next"), value("y")], [weight])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "cell.onnx")
        random = np.random.default_rng(1)
        x, state = (self.write_raw(f"{name}.raw", random.normal(size=(4, 16)).astype(np.float32))
                    for name in ("x", "state"))
        lines = self.write_input_list(f"x:={x} state:={state}")
        inputs = [("x", (4, 16), x), ("state", (4, 16), state)]
        for more, floor in (((), 20), (("-abw", "16"), 30), (("--precision", "fp16"), 45)):
            self.run_program(*end_to_end("cell.onnx", "y", inputs, lines, "-o", "next", "--runtime", "dsp", "-bbw", "32",
                                         *more))
            rows = self.summary()
            self.assertGreater(float(rows["y"]["SQNR"]), floor, more)
            self.assertGreater(float(rows["next"]["SQNR"]), floor, more)

    def test_fp32_is_refused(self):
        _, stderr = self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "--precision", "fp32",
                                        expect=2)
        self.assertIn("fp16", stderr)

    def test_nodes_that_the_htp_does_not_take_are_named_with_the_reason(self):
        nodes = [helper.make_node("Relu", ["x"], ["r"], name="relu"), helper.make_node("Erf", ["r"], ["e"], name="erf"),
                 helper.make_node("Add", ["e", "r"], ["y"], name="add")]
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8])
        graph = helper.make_graph(nodes, "erf", [value("x")], [value("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "erf.onnx")
        raw = self.write_raw("x.raw", np.linspace(-2, 2, 8, dtype=np.float32))
        lines = self.write_input_list(raw)
        stdout, stderr = self.run_program(*end_to_end("erf.onnx", "y", [("x", (1, 8), raw)], lines, "--runtime", "dsp"))
        self.assertRegex(stderr, r"not taken by the HTP.*Erf")
        self.assertRegex(stdout, r"not taken by the HTP.*Erf")
        log = (self.latest("inference_engine") / "log.txt").read_text()
        self.assertRegex(log, r"Erf.*not supported")

    def small_run(self, nodes, inits=(), dims=(1, 4, 6, 8), opset=18, more=()):
        """The words of an int8 run of a small graph from x to y on the HTP."""
        graph = helper.make_graph(nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], list(inits))
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8),
                  self.folder / "small.onnx")
        raw = self.write_raw("x.raw", np.random.default_rng(1).standard_normal(dims).astype(np.float32))
        lines = self.write_input_list(raw)
        return end_to_end("small.onnx", "y", [("x", dims, raw)], lines, "--runtime", "dsp", *more)

    def run_nodes(self, nodes, inits=(), dims=(1, 4, 6, 8), opset=18, expect=0, environment=None, more=()):
        """Such a run; (stdout, stderr)."""
        return self.run_program(*self.small_run(nodes, inits, dims, opset, more), expect=expect, environment=environment)

    def records(self):
        manifest = self.manifest(self.latest("inference_engine") / "output" / "Result_0")
        return manifest, {record["name"]: record for record in manifest["tensors"]}

    def test_a_model_of_which_the_htp_computes_nothing_is_an_error(self):
        for node in (helper.make_node("Hardmax", ["x"], ["y"], axis=1), helper.make_node("Celu", ["x"], ["y"]),
                     helper.make_node("Softsign", ["x"], ["y"])):
            _, stderr = self.run_nodes([node], expect=3)
            self.assertIn("computes nothing", stderr)
            self.assertIn(node.op_type, stderr)

    def test_the_first_line_and_each_tensor_say_what_the_htp_computed(self):
        relu = helper.make_node("Relu", ["x"], ["y"], name="relu")
        stdout, _ = self.run_nodes([relu])
        self.assertTrue(stdout.startswith("The HTP computed the only node"), stdout)
        manifest, records = self.records()
        self.assertEqual(records["y"]["processor"], "HTP")
        self.assertNotIn("processor", records["x"])
        self.assertTrue(manifest["statements"][0].startswith("The HTP computed the only node"))
        stdout, _ = self.run_nodes([helper.make_node("Relu", ["x"], ["r"], name="relu"),
                                    helper.make_node("Hardmax", ["r"], ["y"], name="hard", axis=1)])
        self.assertTrue(stdout.startswith("The HTP computed 1 of 2 nodes"), stdout)
        _, records = self.records()
        self.assertEqual((records["r"]["processor"], records["y"]["processor"]), ("HTP", "CPU"))

    def test_refusals_of_one_kind_are_one_line(self):
        names = ["x", "a", "b", "c", "d"]
        nodes = [helper.make_node("Erf", [before], [after], name=f"erf_{after}")
                 for before, after in zip(names, names[1:])]
        stdout, _ = self.run_nodes([*nodes, helper.make_node("Relu", ["d"], ["y"], name="relu")])
        lines = [line for line in stdout.splitlines() if "not taken by the HTP" in line]
        self.assertEqual(len(lines), 1, stdout)
        self.assertIn("4 Erf", lines[0])
        self.assertNotIn("x0a", lines[0])

    def test_a_library_that_is_none_is_an_error_that_names_it(self):
        real = next(pathlib.Path(onnx.__file__).parents[1].glob("onnxruntime_qnn"))
        folder = self.folder / "qnn"
        folder.mkdir()
        for file in real.glob("*.so"):
            if file.name != "libQnnHtp.so":
                (folder / file.name).symlink_to(file)
        (folder / "libQnnHtp.so").touch()
        relu = [helper.make_node("Relu", ["x"], ["y"], name="relu")]
        _, stderr = self.run_nodes(relu, expect=3, environment={"ACC_QNN_FOLDER": str(folder)})
        self.assertIn("libQnnHtp.so", stderr)
        self.assertIn("file too short", stderr)

    def test_too_little_address_space_is_an_error_that_says_so(self):
        words = self.small_run([helper.make_node("Relu", ["x"], ["y"], name="relu")])
        done = subprocess.run(["sh", "-c", 'ulimit -v 500000; exec "$0" "$@"', PROGRAM, *map(str, words)], cwd=self.folder,
                              text=True, capture_output=True, check=False)
        refuse_fault(done.stderr)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("MB of address space (ulimit -v)", done.stderr)

    def test_a_simulator_that_is_killed_each_time_is_an_error(self):
        names = ["x", *(f"r{i}" for i in range(8)), "y"]
        words = self.small_run([helper.make_node("Neg", [before], [after], name=f"n_{after}")
                                for before, after in zip(names, names[1:])])
        with subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as program:
            tasks = pathlib.Path(f"/proc/{program.pid}/task")
            while program.poll() is None:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
                    for children in tasks.glob("*/children"):
                        for child in children.read_text().split():
                            os.kill(int(child), signal.SIGKILL)
                time.sleep(.002)
            stdout, stderr = program.communicate()
        refuse_fault(stderr)
        self.assertEqual(program.returncode, 3, stdout)
        self.assertIn("killed (signal 9)", stderr)
        self.assertNotIn("No tensor diverges", stdout)

    def test_a_node_that_ends_every_session_is_named_and_what_is_before_it_is_shown(self):
        names = ["x", *(f"t{i}" for i in range(8))]
        kinds = ["Neg", "Tanh"] * 4
        nodes = [helper.make_node(kind, [before], [after], name=f"n_{after}")
                 for kind, before, after in zip(kinds, names, names[1:])]
        lrn = helper.make_node("LRN", ["t7"], ["y"], name="norm", size=3)
        stdout, _ = self.run_nodes([*nodes, lrn], more=("-abw", "16"))
        self.assertIn("9 of 10 tensors were captured", stdout)
        self.assertIn("The HTP computed 8 of 9 nodes", stdout)
        self.assertRegex(stdout, "The run without capture failed, .*LRN")
        manifest, records = self.records()
        self.assertEqual({record for record in records}, set(names))
        self.assertTrue(any(tensor["name"] == "y" and "LRN" in tensor["reason"] for tensor in manifest["skipped"]), manifest)
        self.assertGreater(min(float(row["SQNR"]) for row in self.summary().values()), 60)
        self.assertRegex(stdout, "LRN 'norm' reads a 16-bit tensor, and the HTP's plugin cannot run such an LRN")

    def test_an_operator_that_the_plugin_cannot_build_is_named(self):
        slope = numpy_helper.from_array(np.array([.1, .2, .3, .4], np.float32).reshape(4, 1, 1), "slope")
        _, stderr = self.run_nodes([helper.make_node("PRelu", ["x", "slope"], ["y"], name="leak")], [slope],
                                   more=("-abw", "16"), expect=3)
        self.assertIn("PRelu 'leak' reads a 16-bit input of the graph", stderr)
        pool = helper.make_node("MaxPool", ["x"], ["p"], kernel_shape=[1, 1])  # The remedy that it names.
        stdout, _ = self.run_nodes([pool, helper.make_node("PRelu", ["p", "slope"], ["y"], name="leak")], [slope],
                                   more=("-abw", "16"))
        self.assertNotIn("cannot build", stdout)
        self.assertGreater(float(self.summary()["y"]["SQNR"]), 40)

    def test_a_tensor_that_cannot_be_captured_is_named_and_the_run_goes_on(self):
        weight = numpy_helper.from_array(np.random.default_rng(2).normal(size=(4, 4, 3, 3)).astype(np.float32), "w")
        self.run_nodes([helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
                        helper.make_node("ArgMax", ["c"], ["i"], axis=1),
                        helper.make_node("Cast", ["i"], ["y"], to=TensorProto.FLOAT)], [weight])
        manifest, records = self.records()
        self.assertEqual(records["y"]["processor"], "HTP")
        if "i" not in records:
            self.assertIn("i", [skipped["name"] for skipped in manifest["skipped"]])
            self.assertTrue(any("3 of 4 tensors" in line for line in manifest["statements"]))


if __name__ == "__main__":
    unittest.main()
