# SPDX-License-Identifier: BSD-3-Clause
"""What does taking a run apart cost, beside the end-to-end run alone? Prints a Markdown table.

Usage: dissection.py [--repeats N] [--side PIXELS]
"""

import argparse
import pathlib
import re
import subprocess
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "snpe-accuracy-debugger"
MODELS = next((ROOT / ".venv" / "lib").glob("python3*")) / "site-packages" / "rapidocr_onnxruntime" / "models"


def cases(side):
    """Name, file, dims, output."""
    return [("OCR angle classifier", "ch_ppocr_mobile_v2.0_cls_infer.onnx", (1, 3, 48, 192), "save_infer_model/scale_0.tmp_1"),
            ("OCR detector", "ch_PP-OCRv4_det_infer.onnx", (1, 3, side, side), "sigmoid_0.tmp_0")]


def run(folder, file, dims, output, runtime, *flags):
    """Seconds, and peak memory in MB."""
    words = ["/usr/bin/time", "-f", "peak %M", PROGRAM, "--framework", "onnx", "--model_path", MODELS / file, "--input_tensor", "x",
             ",".join(map(str, dims)), folder / "x.raw", "--output_tensor", output, "--runtime", runtime, "--architecture",
             "x86_64-linux-clang", "--input_list", folder / "list.txt", "--default_verifier", "SQNR", "--working_dir",
             folder / "work", *flags]
    start = time.perf_counter()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{words} failed:\n{done.stderr}")
    subprocess.run(["rm", "-rf", folder / "work"], check=True)
    return seconds, int(re.search(r"peak (\d+)", done.stderr)[1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", type=int, default=320)
    arguments = parser.parse_args()
    print("| model | runtime | end to end, s | taken apart, s | ratio | MB | MB |\n|---|---|---:|---:|---:|---:|---:|")
    for name, file, dims, output in cases(arguments.side):
        for runtime in ("cpu", "dsp"):
            with tempfile.TemporaryDirectory() as scratch:
                folder = pathlib.Path(scratch)
                np.random.default_rng(0).uniform(-1, 1, dims).astype(np.float32).tofile(folder / "x.raw")
                (folder / "list.txt").write_text(f"{folder / 'x.raw'}\n", encoding="utf-8")
                alone, apart = [], []
                for _ in range(arguments.repeats):  # In turn: what else the machine does hits both.
                    alone.append(run(folder, file, dims, output, runtime))
                    apart.append(run(folder, file, dims, output, runtime, "--deep_analyzer", "modelDissectionAnalyzer"))
                one, other = min(alone), min(apart)
                print(f"| {name} {'x'.join(map(str, dims))} | {runtime} | {one[0]:.1f} | {other[0]:.1f} | {other[0] / one[0]:.2f} "
                      f"| {one[1]:.0f} | {other[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
