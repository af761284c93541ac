# SPDX-License-Identifier: BSD-3-Clause
"""Three commands on a model of a few nodes, and what has to hold of their folders however a run of them ended."""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "engines"))
from program import PROGRAM, ProgramTest

MARK = ".unfinished_run"
TEMPORARY = (".acc-*", "*.zip.*")
DIMS = (1, 3, 8, 8)


def network(path):
    random = np.random.default_rng(0)
    constants = {"w": random.normal(0, 0.3, (4, 3, 3, 3)), "b": random.normal(0, 0.1, 4), "m": random.normal(0, 0.2, (256, 5))}
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["conv"], "conv", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["conv"], ["relu"], "relu"),
             helper.make_node("Flatten", ["relu"], ["flat"], "flat"),
             helper.make_node("MatMul", ["flat", "m"], ["product"], "product"),
             helper.make_node("Softmax", ["product"], ["y"], "softmax", axis=1)]
    value = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    graph = helper.make_graph(nodes, "small", [value("x", DIMS)], [value("y", (1, 5))],
                              [numpy_helper.from_array(data.astype(np.float32), name) for name, data in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


class SmallRunsTest(ProgramTest):
    """Each command writes its runs below `folder`/<its name>; golden and target results are in `folder`/given."""

    def setUp(self):
        super().setUp()
        network(self.folder / "m.onnx")
        self.raw = self.write_raw("x.raw", np.random.default_rng(1).uniform(-1, 1, DIMS).astype(np.float32))
        self.lines = self.write_input_list(f"x:={self.raw}")
        model = ["-f", "onnx", "-m", self.folder / "m.onnx", "-i", "x", ",".join(map(str, DIMS)), self.raw, "-o", "y"]
        target = ["-l", self.lines, "-r", "cpu", "-a", "x86_64-linux-clang", "--precision", "int8"]
        verifiers = ["--default_verifier", "SQNR", "--default_verifier", "CosineSimilarity"]
        given = self.folder / "given"
        self.run_program(*model, *target, *verifiers, "-w", given)
        self.given_golden = given / "framework_runner/latest"
        self.given_target = given / "inference_engine/latest/output/Result_0"
        self.commands = {
            "golden": ["--framework_runner", *model],
            "end_to_end": [*model, *target, *verifiers],
            "verification": ["--verification", *verifiers, "--framework_results", self.given_golden, "--inference_results",
                             self.given_target, "--graph_struct",
                             next((given / "inference_engine/latest").glob("*_graph_struct.json")), "--share",
                             self.folder / "bundle.zip"],
        }

    def words(self, command):
        return [PROGRAM, *map(str, self.commands[command]), "-w", str(self.folder / command), "--output_dirname", "a"]

    def run_command(self, command, **environment):
        return subprocess.run(self.words(command), cwd=self.folder, capture_output=True, text=True, errors="replace",
                              check=False, env={**os.environ, **environment}, timeout=300)

    def run_whole(self, command):
        """An undisturbed run; what it leaves."""
        done = self.run_command(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_latest(command)
        return self.content(command)

    def start_anew(self, command):
        shutil.rmtree(self.folder / command, ignore_errors=True)
        (self.folder / "bundle.zip").unlink(missing_ok=True)
        for path in self.temporary_files():  # Of a run that got SIGKILL, which nobody can answer.
            pathlib.Path(path).unlink()

    def runs(self, command):
        """The folders of runs, by whatever name."""
        return [path for path in (self.folder / command).glob("*/*") if path.is_dir() and not path.is_symlink()]

    def content(self, command):
        """The files of the latest runs, and the bytes of those that are the same each time."""
        files = {}
        for latest in (self.folder / command).glob("*/latest"):
            run = latest.resolve()
            for path in run.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    name = f"{latest.parent.name}/{path.relative_to(run)}"
                    files[name] = path.read_bytes() if path.suffix in (".raw", ".csv") else None
        if command == "verification":
            files["bundle.zip"] = None if (self.folder / "bundle.zip").exists() else "missing"
        return files

    def is_marked(self, run):
        return (run / MARK).exists() and (run / MARK).stat().st_size > 0

    def check_latest(self, command, where=""):
        """Every `latest` leads to a run that ended."""
        for latest in (self.folder / command).glob("*/latest"):
            self.assertTrue(latest.is_symlink(), where)
            self.assertTrue(latest.is_dir(), f"{where}: {latest} leads nowhere")
            self.assertFalse(self.is_marked(latest), f"{where}: {latest} leads to a run that did not end")

    def check_comparison(self, command, where=""):
        """Results of a run are compared whole, or refused by name."""
        for run in self.runs(command):
            feature = run.parent.name
            results = run if feature == "framework_runner" else run / "output/Result_0"
            if feature not in ("framework_runner", "inference_engine") or not results.is_dir():
                continue
            done = subprocess.run(
                [PROGRAM, "--verification", "--default_verifier", "SQNR", "--framework_results",
                 results if feature == "framework_runner" else self.given_golden, "--inference_results",
                 self.given_target if feature == "framework_runner" else results, "-w", self.folder / "compared"],
                cwd=self.folder, capture_output=True, text=True, errors="replace", check=False)
            if self.is_marked(run):
                self.assertEqual(done.returncode, 3, where)
                self.assertIn("is of a run that did not end", done.stderr, where)
            elif any(results.rglob("*.raw")):
                self.assertEqual(done.returncode, 0, f"{where}: {done.stderr}")
                self.assertTrue((results / "tensors.json").exists(), where)
            else:
                self.assertEqual(done.returncode, 3, f"{where}: {done.stdout}")

    def temporary_files(self):
        return [str(path) for pattern in TEMPORARY for path in self.folder.rglob(pattern)]


class EachCommand:
    """For a SmallRunsTest with a check_command(): a test for each command."""

    def test_golden(self):
        self.check_command("golden")

    def test_end_to_end(self):
        self.check_command("end_to_end")

    def test_verification(self):
        self.check_command("verification")
