#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--quantization_overrides for tensors that conversion takes out, and with an axis of their own."""

import json
import unittest

import numpy as np
import onnx
from onnx import helper, numpy_helper

import program

ENGINE = ("--inference_engine", "-f", "onnx", "-r", "cpu", "-a", "x86_64-linux-clang", "-m", "m.onnx", "-l", "input_list.txt",
          "--quantization_overrides", "encodings.json")


class OverridesTest(program.ProgramTest):
    def write_model(self, nodes, dims, **constants):
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, dims)],
                                  [helper.make_tensor_value_info("y", 1, None)],
                                  [numpy_helper.from_array(value, name) for name, value in constants.items()])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), self.folder / "m.onnx")
        self.x = np.random.default_rng(2).standard_normal(dims).astype(np.float32)
        self.write_input_list(self.write_raw("x.raw", self.x))
        self.dims = ",".join(map(str, dims))

    def run_engine(self, encodings, *flags):
        (self.folder / "encodings.json").write_text(json.dumps(encodings), encoding="utf-8")
        _, log = self.run_program(*ENGINE, "-i", "x", self.dims, "x.raw", "-o", "y", *flags)
        folder = self.latest("inference_engine") / "output" / "Result_0"
        tensors = {tensor["name"]: tensor for tensor in self.manifest(folder)["tensors"]}
        return log, tensors, np.fromfile(folder / tensors["y"]["file"], np.float32)

    def test_tensors_of_equal_value_take_the_encoding(self):
        weight = np.random.default_rng(1).standard_normal((3, 3, 1, 1)).astype(np.float32)
        def encodings(*names):
            return {"version": "1.0.0", "param_encodings": [], "activation_encodings": [
                {"name": name, "bw": 8, "dtype": "INT", "enc_type": "PER_TENSOR", "is_sym": False, "scale": [0.5],
                 "offset": [-128]} for name in names]}
        cases = {"Identity": ([helper.make_node("Conv", ["x", "w"], ["a"]), helper.make_node("Identity", ["a"], ["y"])], "y"),
                 "Dropout": ([helper.make_node("Conv", ["x", "w"], ["a"]), helper.make_node("Dropout", ["a"], ["y"])], "y"),
                 "Cast": ([helper.make_node("Conv", ["x", "w"], ["b"]), helper.make_node("Cast", ["b"], ["a"], to=10),
                           helper.make_node("Cast", ["a"], ["y"], to=1)], "y"),
                 "input": ([helper.make_node("Identity", ["x"], ["a"]), helper.make_node("Conv", ["a", "w"], ["y"])], "x")}
        for what, (nodes, twin) in cases.items():
            self.write_model(nodes, (1, 3, 6, 6), w=weight)
            log, tensors, _ = self.run_engine(encodings("a"))
            self.assertEqual(tensors[twin]["encoding"]["channels"][0]["scale"], 0.5, what)
            self.assertNotIn("are not used", log, what)
        log, _, _ = self.run_engine(encodings("a", "other", "third"))
        self.assertIn("2 encodings are not used, because the converted model has no such tensor: 'other', 'third'", log)

    def test_an_axis_that_the_file_names_is_taken(self):
        weight = (np.random.default_rng(1).standard_normal((4, 4)) * [[.01], [1], [10], [100]]).astype(np.float32)
        self.write_model([helper.make_node("MatMul", ["x", "w"], ["y"])], (5, 4), w=weight)
        scales = np.abs(weight).max(1) / 127
        for axis in (0, 1):
            columns = scales[:, None] if axis == 0 else scales[None, :]
            quantized = np.clip(np.round(weight / columns), -128, 127) * columns
            expected = self.x @ quantized
            wide = [{"name": name, "output_dtype": "uint16", "y_scale": float(2.2 * np.abs(value).max() / 65534),
                     "y_zero_point": 32767} for name, value in (("x", self.x), ("y", expected))]
            _, _, value = self.run_engine({"version": "2.0.0", "encodings": wide + [
                {"name": "w", "output_dtype": "int8", "y_scale": [float(scale) for scale in scales], "axis": axis}]},
                "--act_bitwidth", "16")
            noise = ((value - expected.ravel()) ** 2).sum()
            self.assertGreater(10 * np.log10((expected**2).sum() / noise), 60, axis)

    def test_blockwise_entries_alone_are_left_out(self):
        weight = np.random.default_rng(1).standard_normal((4, 4)).astype(np.float32)
        self.write_model([helper.make_node("MatMul", ["x", "w"], ["y"])], (5, 4), w=weight)
        log, tensors, _ = self.run_engine({
            "version": "1.0.0",
            "activation_encodings": [{"name": "y", "bw": 8, "dtype": "INT", "enc_type": "PER_TENSOR", "is_sym": False,
                                      "scale": [0.5], "offset": [-128]}],
            "param_encodings": [{"name": "w", "bw": 4, "dtype": "INT", "enc_type": "LPBQ", "is_sym": True, "scale": [.1] * 4,
                                 "offset": [-8] * 4, "block_size": 2, "compressed_bw": 4, "per_block_int_scale": [8] * 8}]})
        self.assertIn("1 blockwise encodings (PER_BLOCK, LPBQ) are not used", log)
        self.assertIn("'w'", log)
        self.assertEqual(tensors["y"]["encoding"]["channels"][0]["scale"], 0.5)


if __name__ == "__main__":
    unittest.main()
