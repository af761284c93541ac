# SPDX-License-Identifier: BSD-3-Clause
"""Runs the built program in a scratch folder and reads what it wrote."""

import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

PROGRAM = os.environ["ACC_PROGRAM"]
MODELS = pathlib.Path(os.environ["ACC_MODELS"])

# The ONNX models of the OCR package, with the dims that a user would give.
OCR = {
    "classifier": ("ch_ppocr_mobile_v2.0_cls_infer.onnx", "x", (1, 3, 48, 192), "save_infer_model/scale_0.tmp_1"),
    "detector": ("ch_PP-OCRv4_det_infer.onnx", "x", (1, 3, 160, 160), "sigmoid_0.tmp_0"),
    "recognizer": ("ch_PP-OCRv4_rec_infer.onnx", "x", (1, 3, 48, 160), "softmax_11.tmp_0"),
}

# What the program says of an end that nobody foresaw, with the exit code of an expected failure.
FAULT = "fault of the program"


def refuse_fault(output):
    """Raises where the program blames itself, whatever its exit code."""
    if FAULT in output:
        raise AssertionError(f"the program says that it is at fault:\n{output}")


class ProgramTest(unittest.TestCase):
    """A test with a scratch folder; the program runs in it."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="acc_")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def run_program(self, *words, expect=0, environment=None, folder=None):
        """Runs the program; its exit code must be `expect`. Returns (stdout, stderr)."""
        done = subprocess.run(
            [PROGRAM, *map(str, words)], cwd=folder or self.folder, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})}, check=False)
        refuse_fault(done.stderr)
        self.assertEqual(done.returncode, expect, f"{words}\nstdout:\n{done.stdout}\nstderr:\n{done.stderr}")
        return done.stdout, done.stderr

    def write_raw(self, name, array):
        path = self.folder / name
        np.ascontiguousarray(array).tofile(path)
        return path

    def write_input_list(self, *lines):
        path = self.folder / "input_list.txt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def latest(self, feature):
        return self.folder / "working_directory" / feature / "latest"

    def summary(self):
        """The rows of the latest summary.csv, by tensor name."""
        with open(self.latest("verification") / "summary.csv", newline="", encoding="utf-8") as file:
            return {row["Name"]: row for row in csv.DictReader(file)}

    def manifest(self, folder):
        return json.loads((folder / "tensors.json").read_text(encoding="utf-8"))


def smooth_image(dims, seed=0):
    """A picture-like input: low frequencies, values in [-1, 1]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:dims[2], 0:dims[3]]
    image = np.zeros(dims, np.float32)
    for plane in image.reshape(-1, dims[2], dims[3]):
        for _ in range(6):
            fy, fx = random.uniform(0.02, 0.3, 2)
            plane += np.sin(fy * y + fx * x + random.uniform(0, 6.3)) / 4
    return image.clip(-1, 1)


def text_image(dims, text="Layer 42"):
    """Dark letters on white, values in [-1, 1], as the OCR models are fed."""
    image = PIL.Image.new("L", (dims[3], dims[2]), 255)
    font = PIL.ImageFont.load_default(size=dims[2] * 2 // 5 if dims[2] < 64 else 36)
    PIL.ImageDraw.Draw(image).text((6, dims[2] // 4), text, fill=20, font=font)
    plane = np.asarray(image, np.float32) / 127.5 - 1
    return np.ascontiguousarray(np.broadcast_to(plane, dims))


def end_to_end(model, output, inputs, input_list, *more):
    """The words of an end-to-end run. `inputs` are (name, dims, raw[, type]) tuples."""
    words = ["--framework", "onnx", "--model_path", model, "--output_tensor", output,
             "--architecture", "x86_64-linux-clang", "--input_list", input_list,
             "--default_verifier", "SQNR", "--default_verifier", "CosineSimilarity"]
    for name, dims, raw, *kind in inputs:
        words += ["--input_tensor", name, ",".join(map(str, dims)), raw, *kind]
    return [*words, *more]
