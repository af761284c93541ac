# SPDX-License-Identifier: BSD-3-Clause
"""Every operator of the program's tables, alone and after a Conv, on the host and on the HTP simulator: right, or named as
wrong by the run itself. With --all in every setting, otherwise in those where most is different."""

import dataclasses
import csv
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from operator_specimens import SPECIMENS
from program import PROGRAM

TYPES = {"int64": TensorProto.INT64, "int32": TensorProto.INT32, "uint8": TensorProto.UINT8}


class Model:
    """Specimens side by side in one ONNX model, each with inputs and outputs of its own."""

    def __init__(self, numbers, after_conv):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, {}
        self.after_conv = after_conv
        self.opset = SPECIMENS[numbers[0]].opset
        for number in numbers:
            self.add(number, SPECIMENS[number])

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name="n_" + name, **attributes))
        return name

    def convolved(self, name, values):
        """The values after a Conv that changes nothing; images go into it as they are."""
        dims = values.shape
        shape = dims if len(dims) == 4 else (1, *dims[:1], 1, math.prod(dims[1:])) if dims else (1, 1, 1, 1)
        self.inputs[name] = values.reshape(shape)
        made = self.node("Conv", [name, self.constant(np.eye(shape[1], dtype=np.float32)[:, :, None, None])], name + "_c")
        if len(dims) == 4:
            return made
        return self.node("Reshape", [made, self.constant(np.array(dims, np.int64))], name + "_r")

    def data(self, name, data, seed, convolve):
        values = data.values(seed)
        if convolve:
            name = self.convolved(name, values)
        else:
            self.inputs[name] = values
        if data.derived == "bool":
            return self.node("Greater",
                             [name, self.constant(np.float32([0]))], name + "_b")
        if data.derived:
            return self.node("Cast", [name], name + "_i", to=TYPES[data.derived])
        return name

    def add(self, number, specimen):
        names = []
        for place, operand in enumerate(specimen.operands):
            if operand is None:
                names.append("")
            elif isinstance(operand, np.ndarray):
                names.append(self.constant(operand))
            else:
                first = not any(name.startswith("x") for name in names)
                names.append(self.data(f"x{number}_{place}", operand, 97 * number + place, self.after_conv and first))
        made = [f"y{number}_{place}" for place in range(specimen.outputs)]
        self.nodes.append(helper.make_node(specimen.op_type, names, made, name=f"op{number}", domain=specimen.domain,
                                           **specimen.attributes))
        if specimen.inverted:
            made = [self.node("Not", [name], name + "_not") for name in made]
        self.outputs.update((name, number) for name in made)

    def onnx(self):
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in self.inputs.items()]
        bare = [helper.make_empty_tensor_value_info(name) for name in self.outputs]
        graph = helper.make_graph(self.nodes, "net", ends, bare, self.constants)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10 if self.opset > 20 else 8)


@dataclasses.dataclass(frozen=True)
class Setting:
    runtime: str
    precision: str
    words: tuple
    after_conv: bool

    def __str__(self):
        return f"{self.runtime} {self.precision}{' after a Conv' if self.after_conv else ''}"


WORDS = {"int8": (), "int16": ("--act_bitwidth", "16", "--bias_bitwidth", "32"), "fp16": ("--precision", "fp16")}
# What rounding alone costs, in dB; weights have 8 bits in the first two.
FLOOR = {"int8": 28, "int16": 35, "fp16": 45}
# Operators that must be named as hazards of the HTP, because they are wrong there in some form.
HAZARDS = {"int8": {"Cast", "CumSum", "Resize", "Swish"}, "int16": {"Cast", "Log", "Resize", "Swish"},
           "fp16": {"Cast", "Resize"}}
# Faults of the HTP's plugin that end every session with the operator: its output cannot be shown, and the run must name the
# operator or what the plugin says.
ENDS_THE_SESSION = {("LRN", "int16", False): "LRN", ("LRN", "int16", True): "LRN", ("PRelu", "int16", False): "PRelu"}
# Quantization of the model's own, which is read as encodings and has tests of its own; the HTP's plugin has no Scatter, and
# a run of nothing else fails.
LEFT_OUT = {"QuantizeLinear", "DequantizeLinear", "Scatter"}
LARGEST_GROUP = 60


def settings(runtime, chosen):
    return [Setting(runtime, precision, WORDS[precision], after_conv) for precision, after_conv in chosen]


def run_program(folder, model, setting):
    """The process that ran the program end to end on the model."""
    onnx.save(model.onnx(), folder / "model.onnx")
    words = ["--framework", "onnx", "--model_path", "model.onnx", "--input_list", "list.txt", "--architecture",
             "x86_64-linux-clang", "--default_verifier", "SQNR", "--runtime", setting.runtime, *setting.words]
    for name, value in model.inputs.items():
        np.ascontiguousarray(value).tofile(folder / f"{name}.raw")
        words += ["--input_tensor", name, ",".join(map(str, value.shape)) or "1", f"{name}.raw"]
    for name in model.outputs:
        words += ["--output_tensor", name]
    (folder / "list.txt").write_text(" ".join(f"{name}:={name}.raw" for name in model.inputs) + "\n")
    return subprocess.run([PROGRAM, *words], cwd=folder, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def is_right(row, precision):
    """Whether a tensor's row says that it is right; integers, truths and numbers of one value only have no dB."""
    score = float(row["SQNR"])
    if math.isnan(score):
        return row["verdict"] in ("match", "suspicious")
    return score >= FLOOR[precision]


class OperatorsSweepTest(unittest.TestCase):
    every_setting = False

    def groups(self, setting):
        """Numbers of specimens that run together: of one opset."""
        by_opset = {}
        for number, specimen in enumerate(SPECIMENS):
            ends = (specimen.op_type, setting.precision, setting.after_conv) in ENDS_THE_SESSION
            if specimen.op_type not in LEFT_OUT and not (ends and setting.runtime == "dsp"):
                by_opset.setdefault(specimen.opset, []).append(number)
        return [numbers[start:start + LARGEST_GROUP] for numbers in by_opset.values()
                for start in range(0, len(numbers), LARGEST_GROUP)]

    def run_group(self, numbers, setting):
        """The rows of the summary by tensor, and what the program printed."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            process = run_program(folder, Model(numbers, setting.after_conv), setting)
            if process.returncode != 0:
                return None, process.stderr
            with open(folder / "working_directory/verification/latest/summary.csv", newline="", encoding="utf-8") as file:
                return {row["Name"]: row for row in csv.DictReader(file)}, process.stdout + process.stderr

    def judge(self, setting):
        """The wrong outputs that the run does not name; and the operators of the named hazards."""
        wrong, named = [], set()
        for numbers in self.groups(setting):
            rows, text = self.run_group(numbers, setting)
            self.assertIsNotNone(rows, f"{setting}, {sorted({SPECIMENS[number].op_type for number in numbers})}: {text}")
            hazards = {int(number): kind for kind, number in re.findall(r"(\w+) 'op(\d+)' (?:is|reads|makes|pads|takes|has) ", text)}
            named |= set(hazards.values())
            for output, number in Model(numbers, setting.after_conv).outputs.items():
                row = rows.get(output)
                if row is None or not (is_right(row, setting.precision) or number in hazards):
                    wrong.append((output, SPECIMENS[number].op_type, row and (row["SQNR"], row["verdict"])))
        return wrong, named

    def test_host(self):
        chosen = [("int8", False)]
        if self.every_setting:
            chosen = [(precision, after) for precision in WORDS for after in (False, True)]
        for setting in settings("cpu", chosen):
            with self.subTest(setting=str(setting)):
                self.assertEqual(self.judge(setting), ([], set()))

    def test_htp(self):
        chosen = [("int8", False), ("int16", True), ("fp16", True)]
        if self.every_setting:
            chosen = [(precision, after) for precision in WORDS for after in (False, True)]
        for setting in settings("dsp", chosen):
            with self.subTest(setting=str(setting)):
                wrong, named = self.judge(setting)
                self.assertEqual(wrong, [])
                self.assertLessEqual(HAZARDS[setting.precision], named)

    def test_what_ends_the_session_is_told(self):
        for (kind, precision, after_conv), text in ENDS_THE_SESSION.items():
            number = next(n for n, specimen in enumerate(SPECIMENS) if specimen.op_type == kind)
            rows, said = self.run_group([number], Setting("dsp", precision, WORDS[precision], after_conv))
            for output in Model([number], after_conv).outputs:
                self.assertNotIn(output, rows or {}, f"{kind} runs now: take it out of the table")
            self.assertIn(text, said)

    def test_a_wrong_tensor_is_not_right(self):
        self.assertFalse(is_right({"SQNR": "27.9", "verdict": "not judged"}, "int8"))
        self.assertFalse(is_right({"SQNR": "nan", "verdict": "not judged"}, "int8"))
        self.assertFalse(is_right({"SQNR": "-inf", "verdict": "not judged"}, "fp16"))
        self.assertTrue(is_right({"SQNR": "inf", "verdict": "match"}, "fp16"))


if __name__ == "__main__":
    OperatorsSweepTest.every_setting = "--all" in sys.argv
    unittest.main(argv=[word for word in sys.argv if word != "--all"])
