# SPDX-License-Identifier: BSD-3-Clause
"""scripts/wheel.py: the wheel installs into an environment of its own, and the program runs a model there, from another folder."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(os.environ["ACC_SOURCE_DIR"])
PROGRAM = os.environ["ACC_PROGRAM"]
MODEL = pathlib.Path(os.environ["ACC_MODELS"]) / "ch_ppocr_mobile_v2.0_cls_infer.onnx"


class WheelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="acc_")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        python = ROOT / ".venv/bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
                        "-r", ROOT / "requirements-wheel.txt"], check=True)
        made = subprocess.run([python, ROOT / "scripts/wheel.py", PROGRAM, cls.folder], check=True, capture_output=True, text=True)
        cls.wheel = pathlib.Path(made.stdout.strip())
        subprocess.run([sys.executable, "-m", "venv", cls.folder / "environment"], check=True)
        subprocess.run([cls.folder / "environment/bin/pip", "install", "--quiet", "--disable-pip-version-check", cls.wheel], check=True)

    def run_installed(self, *words, expect=0):
        """Without what the active environment sets, in a folder that is not the checkout's."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        done = subprocess.run([self.folder / "environment/bin" / words[0], *words[1:]], cwd=self.folder, env=environment, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stdout, done.stderr

    def test_a_model_runs(self):
        shutil.copy(MODEL, self.folder / "model.onnx")
        for name in "snpe-accuracy-debugger", "qnn-accuracy-debugger":
            stdout, stderr = self.run_installed(name, "model.onnx")
            self.assertIn("all 180 compute nodes are quantized", stdout)
            self.assertRegex(stdout, r"Report: \S+report\.html")
            self.assertIn("--runtime cpu", stderr)

    def test_all_but_the_c_library_is_its_own(self):
        told = subprocess.run(["ldd", self.folder / "environment/bin/snpe-accuracy-debugger"], check=True, capture_output=True, text=True)
        found = dict(re.findall(r"(\S+) => (/\S+)", told.stdout))
        for name, path in found.items():
            if not re.match(r"(libc|libm|libstdc\+\+|libgcc_s)\.", name):
                self.assertIn("environment/lib/snpe-accuracy-debugger", os.path.normpath(path))
        self.assertIn("environment/lib/python3", self.run_installed("snpe-accuracy-debugger", "--version", "--verbose")[0])

    def test_each_library_has_its_licence(self):
        with zipfile.ZipFile(self.wheel) as wheel:
            names = wheel.namelist()
            licences = [name for name in names if "/licenses/" in name]
            libraries = [name for name in names if "/lib/snpe-accuracy-debugger/" in name]
            self.assertGreaterEqual(len(licences), len(libraries) // 2)
            self.assertTrue(any(name.endswith("licenses/LICENSE") for name in licences))
            self.assertFalse([name for name in names if "libstdc++" in name])
            metadata = wheel.read(next(name for name in names if name.endswith("METADATA"))).decode()
        self.assertRegex(metadata, r"Requires-Dist: onnxruntime==[\d.]+\n")
        self.assertIn("extra == 'qualcomm'", metadata)

    def test_what_is_missing_is_installed_by_pip(self):
        shutil.copy(MODEL, self.folder / "model.onnx")
        stderr = self.run_installed("snpe-accuracy-debugger", "model.onnx", "--runtime", "dsp", expect=3)[1]
        self.assertIn("pip install 'snpe-accuracy-debugger[qualcomm]'", stderr)


if __name__ == "__main__":
    unittest.main()
