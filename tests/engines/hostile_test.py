# SPDX-License-Identifier: BSD-3-Clause
"""Bad input: one message with the next step, exit code 2 or 3, nothing written outside the run."""

import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from program import FAULT, MODELS, OCR, PROGRAM, ProgramTest, end_to_end, refuse_fault

HOSTILE = ["../../escape", "/etc/acc_escape", "a\0b", "a\nb", "x" * 5000, "Same", "same", "SAME", "..", ".", "a//b", "a/../b",
           "inception/1x1/bn", "inception/1x1/bn/sc", "tensors.json", "log", "<script>alert(1)</script>", "=1+1", "d" * 300 + "/e"]

# Control characters of either set but tab, newline and return.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def chain(names):
    nodes, previous = [], "x"
    for i, name in enumerate(names):
        nodes.append(helper.make_node("Neg", [previous], [name], name=f"n{i}"))
        previous = name
    nodes.append(helper.make_node("Neg", [previous], ["y"], name="last"))
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    graph = helper.make_graph(nodes, "hostile", [value("x")], [value("y")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


class HostileTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.raw = self.write_raw("x.raw", np.arange(4, dtype=np.float32))
        self.lines = self.write_input_list(self.raw)
        onnx.save(chain(["a"]), self.folder / "good.onnx")

    def golden(self, model, *more, expect):
        _, stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", model, "-i", "x", "4", self.raw,
                                     "-o", "y", *more, expect=expect)
        self.check_message(stderr)
        return stderr

    def check_message(self, stderr):
        errors = [line for line in stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 1, stderr)
        refuse_fault(stderr)
        for word in ("terminate called", "Segmentation", "Traceback", "#0 "):
            self.assertNotIn(word, stderr)

    def test_names_stay_inside_and_distinct(self):
        names = [name for name in HOSTILE if "\0" not in name]
        onnx.save(chain(names), self.folder / "hostile.onnx")
        before = set(os.listdir("/etc"))
        self.run_program(*end_to_end("hostile.onnx", "y", [("x", (4,), self.raw)], self.lines,
                                     "--runtime", "cpu", "--precision", "fp32"))
        self.assertEqual(set(os.listdir("/etc")), before)
        records = self.manifest(self.latest("framework_runner"))["tensors"]
        files = [record["file"].lower() for record in records]
        self.assertEqual(len(files), len(set(files)))
        self.assertEqual(len(files), len(names) + 2)
        run = self.latest("framework_runner").resolve()
        for record in records:
            path = (run / record["file"]).resolve()
            self.assertTrue(path.is_relative_to(run), record["name"])
            self.assertEqual(path.stat().st_size, 16)
        self.assertEqual(len(self.summary()), len(names) + 2)
        inside = {"working_directory", "x.raw", "input_list.txt", "good.onnx", "hostile.onnx"}
        self.assertEqual(set(os.listdir(self.folder)), inside)
        self.assertNotIn("<script>alert", (self.latest("verification") / "summary.html").read_text())

    def renamed(self, old, new):
        """A model one of whose names becomes bytes of the same length, which onnx's Python would refuse."""
        (self.folder / "renamed.onnx").write_bytes(chain(["a_b"]).SerializeToString().replace(old, new))
        return "renamed.onnx"

    def test_a_nul_in_a_name_is_refused_by_name(self):
        for old, new, named in ((b"a_b", b"a\0b", "a\\x00b"), (b"last", b"l\0st", "l\\x00st"), (b"Neg", b"N\0g", "N\\x00g")):
            stderr = self.golden(self.renamed(old, new), expect=3)
            self.assertIn(named, stderr)
            self.assertIn("NUL", stderr)
            self.check_message(self.run_program(
                *end_to_end("renamed.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu"), expect=3)[1])

    def test_any_other_byte_may_be_in_a_name(self):
        for middle in (b"\x1b", b"\xff", b"\n", b"\x7f", b"\x01"):
            self.run_program(*end_to_end(self.renamed(b"a_b", b"a" + middle + b"b"), "y", [("x", (4,), self.raw)], self.lines,
                                         "--runtime", "cpu", "--precision", "fp32"))
            self.assertEqual(len(self.summary()), 3)

    def test_a_fault_of_the_program_is_no_expected_end(self):
        with self.assertRaises(AssertionError):
            refuse_fault("error: unexpected: map::at. This is a fault of the program; please report it with the command.")
        source = pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "src/cli/program.cc"
        self.assertIn(FAULT, source.read_text(encoding="utf-8"))

    def check_is_text(self, name, content):
        """UTF-8 without control characters, but for those that make lines and columns."""
        text = content.decode("utf-8")
        self.assertEqual(CONTROL.findall(text), [], name)

    def check_files_are_text(self):
        checked = 0
        for path in (self.folder / "working_directory").rglob("*"):
            if path.is_file() and path.suffix in (".csv", ".json", ".html", ".txt", ".log") and "report_assets" not in str(path):
                self.check_is_text(path, path.read_bytes())
                checked += 1
        self.assertGreater(checked, 2)

    def run_and_check_output(self, *words, expect=0):
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        for output in (done.stdout, done.stderr):
            self.check_is_text(words, output.replace(b"\r\x1b[K", b""))  # The progress bar's own.

    def test_names_of_files_are_written_as_text(self):
        self.assertEqual(CONTROL.findall("a\x1b[2Jb"), ["\x1b"])  # The check would find it.
        for side in (b"golden", b"target"):
            folder = os.path.join(os.fsencode(self.folder), side)
            os.mkdir(folder)
            for number, name in enumerate((b"esc\x1b[2Jape", b"not\xffutf8", b"bell\x07", b"two\nlines", b"\xc2\x9b1m", b"plain")):
                (np.arange(4, dtype=np.float32) + number).tofile(os.path.join(folder, name + b".raw").decode("utf-8", "surrogateescape"))
        directories = ("--golden_output_reference_directory", "golden", "--inference_results", "target")
        self.run_and_check_output("--verification", "--default_verifier", "SQNR", *directories)
        self.assertEqual(len(self.summary()), 6)
        self.run_and_check_output("--tensor_inspection", "--verifier", "SQNR", "--golden_data", "golden", "--target_data", "target")
        os.remove(os.path.join(os.fsencode(self.folder), b"target/esc\x1b[2Jape.raw"))
        self.run_and_check_output("--verification", "--default_verifier", "SQNR,threshold,20", *directories, expect=1)
        self.run_and_check_output("--verification", "--default_verifier", "SQNR", *directories[:3], b"no\x1b[2J\xffsuch", expect=3)
        self.run_and_check_output("--dlc_info", b"no\x1b[2J\xffsuch.dlc", expect=3)
        self.run_and_check_output("--framework_runner", "-f", "onnx", "-m", b"no\x1b\xff.onnx", "-i", "x", "4", self.raw, "-o", "y",
                                  expect=3)
        self.check_files_are_text()

    def test_names_in_a_model_are_written_as_text(self):
        for middle in (b"\x1b", b"\xff", b"\n", b"\x7f"):
            self.run_and_check_output(*map(str, end_to_end(self.renamed(b"a_b", b"a" + middle + b"b"), "y", [("x", (4,), self.raw)],
                                                           self.lines, "--runtime", "cpu", "--precision", "int8")))
        self.check_files_are_text()

    def test_missing_files(self):
        self.assertIn("none.onnx", self.golden("none.onnx", expect=3))
        missing = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", "none.raw",
                                   "-o", "y", expect=3)[1]
        self.assertIn("none.raw", missing)

    def test_wrong_size_prints_expected_and_found(self):
        short = self.write_raw("short.raw", np.zeros(3, np.float32))
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", short, "-o", "y",
                                  expect=3)[1]
        self.assertIn("12", stderr)
        self.assertIn("16", stderr)

    def test_dims_that_contradict_the_model(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "2,2", self.raw,
                                  "-o", "y", expect=2)[1]
        self.assertIn("2x2", stderr)
        self.assertIn("Give 4.", stderr)

    def test_advice_on_open_dims_can_be_followed(self):
        model = chain(["a"])
        dims = model.graph.input[0].type.tensor_type.shape.dim
        dims[0].dim_param = "n"
        dims.add().dim_value = 4
        del model.graph.output[0].type.tensor_type.shape.dim[:]
        model.graph.output[0].type.tensor_type.ClearField("shape")
        onnx.save(model, self.folder / "open.onnx")
        words = ["--framework_runner", "-f", "onnx", "-m", "open.onnx", "-o", "y", "-i", "x"]
        stderr = self.run_program(*words, "4", self.raw, expect=2)[1]
        self.assertIn("the model has ?x4. Give 1,4, or another number where the model has '?'", stderr)
        self.run_program(*words, "1,4", self.raw)

    def test_unknown_tensor_is_suggested(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "xx", "4", self.raw,
                                  "-o", "y", expect=2)[1]
        self.assertIn("Did you mean 'x'", stderr)

    def test_unknown_verifier_is_suggested(self):
        words = end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu",
                           "--default_verifier", "CosinSimilarity")
        stderr = self.run_program(*words, expect=2)[1]
        self.assertIn("CosineSimilarity", stderr)
        self.assertFalse((self.folder / "working_directory").exists())

    def test_truncated_and_foreign_models(self):
        file, _, _, _ = OCR["classifier"]
        whole = (MODELS / file).read_bytes()
        for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
            (self.folder / "cut.onnx").write_bytes(whole[:size])
            self.golden("cut.onnx", expect=3)
        for content in (b"PK\x03\x04zip", b"\x89PNG\r\n", b"TFL3" * 9, b"{}", b"\xff" * 4096):
            (self.folder / "foreign.onnx").write_bytes(content)
            self.golden("foreign.onnx", expect=3)

    def test_an_operator_that_nobody_knows(self):
        model = chain(["a"])
        model.graph.node[0].op_type = "Frobnicate"
        onnx.save(model, self.folder / "odd.onnx")
        self.assertIn("Frobnicate", self.golden("odd.onnx", expect=3))

    def test_an_empty_input_list(self):
        self.lines.write_text("\n\n")
        stderr = self.run_program(*end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu"),
                                  expect=3)[1]
        self.assertIn("input list", stderr)

    def test_a_working_directory_that_cannot_be_written(self):
        for folder in ("/proc/acc", str(self.raw) + "/below"):
            self.golden("good.onnx", "-w", folder, expect=3)

    def test_a_full_disk(self):
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        big = self.write_raw("big.raw", np.zeros(40000, np.float32))
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [40000])
        graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"], name="n")], "big", [value("x")], [value("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "big.onnx")
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "big.onnx", "-i", "x", "40000", big, "-o", "y",
                                  "-w", mount / "w", expect=3)[1]
        self.check_message(stderr)
        self.assertIn("No space left", stderr)
        self.assertFalse((mount / "w/framework_runner/latest").exists())

    def test_a_missing_runtime_names_the_command_that_installs_it(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", self.raw, "-o", "y",
                                  expect=3, environment={"ACC_ONNXRUNTIME_LIBRARY": "/nowhere/libonnxruntime.so"})[1]
        self.check_message(stderr)
        self.assertIn("scripts/setup", stderr)
        words = end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "dsp")
        stderr = self.run_program(*words, expect=3, environment={"ACC_QNN_FOLDER": "/nowhere"})[1]
        self.check_message(stderr)
        self.assertIn("scripts/setup", stderr)

    def test_a_limit_on_address_space_is_named_where_a_runtime_fails(self):
        # The library cannot be mapped; or it is, has no room for its threads or its tables, and throws,
        # ends the process or crashes: each at limits of its own, which differ from run to run.
        reasons = set()
        for kilobytes in range(60000, 88000, 2000):
            done = subprocess.run(["sh", "-c", f'ulimit -v {kilobytes}; exec "$0" "$@"', PROGRAM, "--framework_runner", "-f", "onnx",
                                   "-m", "good.onnx", "-i", "x", "4", self.raw, "-o", "y"],
                                  cwd=self.folder, text=True, capture_output=True, check=False)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 3, f"{kilobytes}: {done.stderr}")
            # ONNX Runtime's own words on the way.
            own = [line for line in done.stderr.splitlines() if not line.startswith(("Schema error:", "Error in cpuinfo:"))]
            self.check_message("\n".join(own))
            self.assertIn(f"{kilobytes // 1024} MB of address space (ulimit -v)", done.stderr)
            reasons.update(re.findall("failed to map segment|bad_alloc|out of memory|crashed|pthread_create", done.stderr))
        self.assertIn("failed to map segment", reasons)
        self.assertGreater(len(reasons), 1, "no limit let the library be mapped")

    def test_a_library_that_crashes_is_named(self):
        for fault, told in ("*(volatile int*)nullptr = 1;", "crashed: SIGSEGV in odd.so. "), ("abort();", "crashed: SIGABRT. "):
            (self.folder / "odd.cc").write_text(
                f"#include <cstdlib>\n__attribute__((constructor)) void Opened() {{ {fault} }}\n")
            subprocess.run(["c++", "-shared", "-fPIC", "-o", "odd.so", "odd.cc"], cwd=self.folder, check=True)
            stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", self.raw, "-o", "y",
                                      "--onnx_custom_op_lib", "odd.so", expect=3)[1]
            self.check_message(stderr)
            self.assertIn(told, stderr)
            self.assertFalse((self.folder / "working_directory/framework_runner/latest").exists())

    def test_an_interrupted_run_never_becomes_latest(self):
        file, tensor, dims, output = OCR["detector"]
        dims = (1, 3, 640, 640)
        raw = self.write_raw("image.raw", np.zeros(dims, np.float32))
        lines = self.write_input_list(*[raw] * 50)
        process = subprocess.Popen(
            [PROGRAM, *map(str, end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines, "--runtime", "cpu"))],
            cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not (self.folder / "working_directory/inference_engine").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertFalse((self.folder / "working_directory/inference_engine/latest").exists())
        self.assertFalse((self.folder / "working_directory/verification").exists())


if __name__ == "__main__":
    unittest.main()
