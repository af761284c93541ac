# SPDX-License-Identifier: BSD-3-Clause
"""Measures what the end-to-end run finds: how near the converted float model stays to its source, how many of its tensors
are compared, and which layer is named with 16-bit activations on the HTP and on the host.

Usage: .venv/bin/python bench/accuracy.py [--program FILE]

Run scripts/demo first: the last table uses its picture."""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = next(ROOT.glob(".venv/lib/python3*/site-packages/rapidocr_onnxruntime/models"))
DEMO_INPUT = ROOT / "working_directory/demo/input/label.raw"
CASES = [
    ("OCR angle classifier", "ch_ppocr_mobile_v2.0_cls_infer.onnx", (1, 3, 48, 192), "save_infer_model/scale_0.tmp_1"),
    ("OCR detector", "ch_PP-OCRv4_det_infer.onnx", (1, 3, 320, 320), "sigmoid_0.tmp_0"),
    ("OCR recognizer", "ch_PP-OCRv4_rec_infer.onnx", (1, 3, 48, 320), "softmax_11.tmp_0"),
]


def text(dims):
    image = Image.new("L", (dims[3], dims[2]), 255)
    ImageDraw.Draw(image).text((6, dims[2] // 4), "Layer 42", fill=20, font=ImageFont.load_default(min(36, dims[2] // 2)))
    plane = np.asarray(image, np.float32) / 127.5 - 1
    return np.ascontiguousarray(np.broadcast_to(plane, dims))


def end_to_end(program, case, raw, folder, *more):
    """The folder of the verification that an end-to-end run made, and that of the target run."""
    _, file, dims, output = case
    lines = folder / "input_list.txt"
    lines.write_text(f"{raw}\n", encoding="utf-8")
    subprocess.run([program, "-f", "onnx", "-m", MODELS / file, "-i", "x", ",".join(map(str, dims)), raw, "-o", output,
                    "-l", lines, "-a", "x86_64-linux-clang", "--default_verifier", "SQNR", "-w", folder / "work", *more],
                   check=True, capture_output=True)
    return folder / "work/verification/latest", folder / "work/inference_engine/latest"


def rows_of(report):
    return json.loads((report / "summary.json").read_text(encoding="utf-8"))["rows"]


def sqnr(row):
    return float("inf") if row["sqnr_db"] is None else row["sqnr_db"]


def float_row(program, case):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = folder / "x.raw"
        text(case[2]).tofile(raw)
        report, target = end_to_end(program, case, raw, folder, "-r", "cpu", "--precision", "fp32")
        rows = rows_of(report)
        graph = json.loads((target / "snpe_model_graph_struct.json").read_text(encoding="utf-8"))
        names = {row["name"] for row in rows}
        outputs = [value["name"] for node in graph["nodes"] for value in node["outputs"]]
        worst = min(rows, key=sqnr)
        mapped = sum(output in names for output in outputs)
        print(f"| {case[0]} | {mapped} of {len(outputs)} ({mapped / len(outputs):.1%}) | {sqnr(worst):.1f} dB, {worst['name']} |")


def culprit_row(program, runtime):
    with tempfile.TemporaryDirectory() as name:
        report, _ = end_to_end(program, CASES[0], DEMO_INPUT, pathlib.Path(name), "-r", runtime, "-abw", "16", "-bbw",
                                    "32", "--use_per_channel_quantization")
        rows = rows_of(report)
        worst = min(rows, key=sqnr)
        final = next(row for row in rows if row["name"] == "save_infer_model_scale_0_tmp_1")
        print(f"| {runtime} | {worst['name']} ({sqnr(worst):.1f} dB) | {sqnr(final):.1f} dB |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / "build/release/bin/snpe-accuracy-debugger")
    program = parser.parse_args().program
    print("| float on the host | converted tensors compared | lowest SQNR against golden |\n|---|---|---|")
    for case in CASES:
        float_row(program, case)
    print("\n| 16-bit activations on | worst tensor | last Softmax |\n|---|---|---|")
    for runtime in ("cpu", "dsp"):
        culprit_row(program, runtime)


if __name__ == "__main__":
    main()
