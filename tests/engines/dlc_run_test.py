# SPDX-License-Identifier: BSD-3-Clause
"""DLC files run: those that the program writes give the tensors of their source, and those that Qualcomm's serializer
writes give what ONNX Runtime and the HTP simulator compute."""

import json
import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import program
import qnn_dlc

FLOOR_DB = 100
CPU = ("--runtime", "cpu", "--architecture", "x86_64-linux-clang")
HTP = ("--runtime", "dsp", "--architecture", "x86_64-linux-clang")


def sqnr(golden, got):
    """In dB; infinite for equal tensors."""
    golden, got = golden.astype(np.float64).ravel(), got.astype(np.float64).ravel()
    noise = np.square(golden - got).sum()
    return np.inf if noise == 0 else 10 * np.log10(np.square(golden).sum() / noise)


def grid(record):
    """Bitwidth, scale and offset; the ends follow from them, and files round them to float32."""
    channels = (record.get("encoding") or {}).get("channels", ())
    return [(channel["bitwidth"], channel["scale"], channel["offset"]) for channel in channels]


class Runs(program.ProgramTest):
    def engine(self, *words, **more):
        _, log = self.run_program("--inference_engine", *words, **more)
        return self.latest("inference_engine").resolve(), log

    def source_run(self, which, *words, engine=CPU):
        file, name, dims, output = program.OCR[which]
        raw = self.write_raw("x.raw", program.text_image(dims))
        inputs = self.write_input_list(raw)
        run, _ = self.engine(*engine, "--framework", "onnx", "--model_path", program.MODELS / file, "--input_tensor", name,
                             ",".join(map(str, dims)), raw, "--output_tensor", output, "--input_list", inputs, *words)
        return run, inputs

    def dlc_run(self, dlc, inputs, *words, **more):
        stage = () if "--stage" in words else ("--stage", "converted")
        return self.engine(*stage, "--static_model", dlc, "--input_list", inputs, *(words or CPU), **more)

    def tensors(self, run):
        folder = run / "output" / "Result_0"
        return {record["name"]: (record, np.fromfile(folder / record["file"], np.float32))
                for record in self.manifest(folder)["tensors"]}

    def check_equal_runs(self, source, target):
        """Every tensor of the source run is in the target's, of the same dims and axis order."""
        expected, found = self.tensors(source), self.tensors(target)
        self.assertGreater(len(expected), 100)
        self.assertLessEqual(expected.keys(), found.keys())
        for name, (record, golden) in expected.items():
            twin, got = found[name]
            self.assertEqual(record["dims"], twin["dims"], name)
            self.assertEqual(grid(record), grid(twin), name)
            self.assertGreaterEqual(sqnr(golden, got), FLOOR_DB, name)
        return found


class DlcRunTest(Runs):
    def test_float(self):
        for which in program.OCR:
            with self.subTest(which):
                source, inputs = self.source_run(which, "--precision", "fp32")
                self.assertFalse((source / "base_quantized.dlc").exists())
                found = self.check_equal_runs(source, self.dlc_run(source / "base.dlc", inputs)[0])
                # The check can fail: another input gives other tensors.
                other = self.write_raw("x.raw", -program.text_image(program.OCR[which][2]))
                again = self.tensors(self.dlc_run(source / "base.dlc", self.write_input_list(other))[0])
                self.assertLess(min(sqnr(value, again[name][1]) for name, (_, value) in found.items()), FLOOR_DB)

    def test_quantized(self):
        for words in ((), ("--use_per_channel_quantization", "--bias_bitwidth", "32"),
                      ("--act_bitwidth", "16", "--bias_bitwidth", "32"), ("--use_enhanced_quantizer",)):
            for which in ("classifier", "recognizer"):
                with self.subTest(which, words=words):
                    source, inputs = self.source_run(which, *words)
                    target, _ = self.dlc_run(source / "base_quantized.dlc", inputs)
                    self.check_equal_runs(source, target)

    def test_the_simulator_runs_what_it_runs_from_the_source(self):
        words = ("--use_per_channel_quantization", "--bias_bitwidth", "32")
        host, inputs = self.source_run("classifier", *words)
        source, _ = self.source_run("classifier", *words, engine=HTP)
        target, _ = self.dlc_run(host / "base_quantized.dlc", inputs, "--stage", "compiled", *HTP)
        expected, found = self.tensors(source), self.tensors(target)
        scores = [sqnr(golden, found[name][1]) for name, (_, golden) in expected.items()]
        self.assertGreater(np.median(scores), 60)
        self.assertNotEqual(sqnr(*(self.tensors(run)["batch_norm_3_tmp_2"][1] for run in (host, target))), np.inf)

    def test_a_float_dlc_runs_in_half_precision_on_the_simulator(self):
        source, inputs = self.source_run("classifier", "--precision", "fp32")
        target, log = self.dlc_run(source / "base.dlc", inputs, *HTP)
        self.assertIn("half precision", log)
        expected, found = self.tensors(source), self.tensors(target)
        name = "batch_norm_3_tmp_2"
        self.assertTrue(35 < sqnr(expected[name][1], found[name][1]) < FLOOR_DB)

    def test_end_to_end_from_a_dlc(self):
        file, name, dims, output = program.OCR["classifier"]
        source, inputs = self.source_run("classifier")
        words = program.end_to_end(program.MODELS / file, output, [(name, dims, "x.raw")], inputs)
        out, _ = self.run_program(*words, "--runtime", "cpu", "--stage", "converted", "--static_model",
                                  source / "base_quantized.dlc")
        from_dlc = self.summary()
        self.assertNotIn("batch_norm_1_tmp_2", from_dlc, "fused into its Relu")
        self.run_program(*words, "--runtime", "cpu")
        for tensor, row in self.summary().items():
            self.assertAlmostEqual(float(row["SQNR"]), float(from_dlc[tensor]["SQNR"]), 3, tensor)
        self.assertIn("First to diverge: 'relu_0_tmp_0'", out)
        mapping = json.loads((self.latest("inference_engine") / "tensor_mapping.json").read_text(encoding="utf-8"))
        self.assertEqual(mapping["relu_0_tmp_0"], "relu_0.tmp_0")


class RecurrentDlcTest(Runs):
    """An LSTM: its biases are quantized before the file adds them up."""

    def test_quantized(self):
        random = np.random.default_rng(3)
        constants = [numpy_helper.from_array((random.standard_normal(dims) / 3).astype(np.float32), name)
                     for name, dims in (("W", (1, 32, 6)), ("R", (1, 32, 8)), ("B", (1, 64)))]
        graph = helper.make_graph(
            [helper.make_node("LSTM", ["x", "W", "R", "B"], ["Y", "Yh"], hidden_size=8)], "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, (5, 1, 6))],
            [helper.make_tensor_value_info("Y", TensorProto.FLOAT, (5, 1, 1, 8))], constants)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
                  self.folder / "lstm.onnx")
        raw = self.write_raw("x.raw", random.standard_normal((5, 1, 6)).astype(np.float32))
        inputs = self.write_input_list(raw)
        source, _ = self.engine(*CPU, "--framework", "onnx", "--model_path", "lstm.onnx", "--input_tensor", "x", "5,1,6",
                                raw, "--output_tensor", "Y", "--input_list", inputs)
        found = self.tensors(self.dlc_run(source / "base_quantized.dlc", inputs)[0])
        for name, (_, golden) in self.tensors(source).items():
            self.assertGreaterEqual(sqnr(golden, found[name][1]), FLOOR_DB, name)

    def test_ids_of_64_bits(self):
        table = np.random.default_rng(4).standard_normal((50, 8)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("Gather", ["table", "ids"], ["y"])], "g",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, (1, 3))],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 3, 8))], [numpy_helper.from_array(table, "table")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
                  self.folder / "ids.onnx")
        raw = self.write_raw("ids.raw", np.array([[7, 49, 0]], np.int64))
        inputs = self.write_input_list(raw)
        source, _ = self.engine(*CPU, "--framework", "onnx", "--model_path", "ids.onnx", "--input_tensor", "ids", "1,3",
                                raw, "int64", "--output_tensor", "y", "--input_list", inputs, "--precision", "fp32")
        run, _ = self.dlc_run(source / "base.dlc", inputs)
        np.testing.assert_array_equal(self.tensors(run)["y"][1].reshape(3, 8), table[[7, 49, 0]])


class SmallDlcTest(Runs):
    """A convolution with a quantized input, as Qualcomm's serializer writes it."""

    def quantized_model(self):
        random = np.random.default_rng(1)
        grids = {"x": (0.02, 128), "w": (0.01, 128), "y": (0.05, 100)}
        constants = [numpy_helper.from_array(np.float32(scale), f"{name}_scale") for name, (scale, _) in grids.items()]
        constants += [numpy_helper.from_array(np.uint8(zero), f"{name}_zero") for name, (_, zero) in grids.items()]
        constants.append(numpy_helper.from_array(random.integers(0, 256, (4, 3, 3, 3), np.uint8), "w_codes"))
        pair = {name: [f"{name}_scale", f"{name}_zero"] for name in grids}
        nodes = [helper.make_node("QuantizeLinear", ["x", *pair["x"]], ["x_codes"]),
                 helper.make_node("DequantizeLinear", ["x_codes", *pair["x"]], ["x_real"]),
                 helper.make_node("DequantizeLinear", ["w_codes", *pair["w"]], ["w"]),
                 helper.make_node("Conv", ["x_real", "w"], ["c"]),
                 helper.make_node("QuantizeLinear", ["c", *pair["y"]], ["y_codes"]),
                 helper.make_node("DequantizeLinear", ["y_codes", *pair["y"]], ["y"])]
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, 8, 8))],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 4, 6, 6))], constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def setUp(self):
        super().setUp()
        model = self.quantized_model()
        self.dlc = qnn_dlc.dump(model, self.folder / "dump")
        self.x = np.random.default_rng(2).uniform(-2.5, 2.5, (1, 3, 8, 8)).astype(np.float32)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        self.y = session.run(["y"], {"x": self.x})[0]

    def output(self, run):
        (record, value), = [entry for entry in self.tensors(run).values() if entry[0]["dims"] == [1, 4, 6, 6]]
        return record, value

    def test_of_qualcomms_serializer(self):
        inputs = self.write_input_list(self.write_raw("x.raw", self.x))
        for words in (CPU, HTP):
            with self.subTest(words):
                record, value = self.output(self.dlc_run(self.dlc, inputs, *words)[0])
                np.testing.assert_allclose(value, self.y.ravel(), atol=0.0501)
                self.assertLess(np.mean(np.abs(value - self.y.ravel()) > 1e-4), 0.02, "one step, and seldom")
                self.assertAlmostEqual(grid(record)[0][1], 0.05, 6)

    def test_files_of_codes(self):
        real, _ = self.dlc_run(self.dlc, self.write_input_list(self.write_raw("x.raw", self.x)))
        codes = (np.round(self.x / np.float32(0.02)) + 128).clip(0, 255).astype(np.uint8)
        inputs = self.write_input_list(self.write_raw("codes.raw", codes))
        native, _ = self.dlc_run(self.dlc, inputs, *CPU, "--use_native_input_files")
        np.testing.assert_array_equal(self.output(native)[1], self.output(real)[1])

    def test_other_spellings_of_an_input(self):
        raw = self.write_raw("x.raw", self.x)
        for name in ("x", "x:0", "/x"):
            with self.subTest(name):
                self.dlc_run(self.dlc, self.write_input_list(f"{name}:={raw}"))
        _, log = self.dlc_run(self.dlc, self.write_input_list(f"z:={raw}"), expect=3)
        self.assertIn("'z'", log)

    def test_a_file_of_another_size_is_refused(self):
        _, log = self.dlc_run(self.dlc, self.write_input_list(self.write_raw("x.raw", self.x[0, 0])), expect=3)
        self.assertIn("1x3x8x8", log)


if __name__ == "__main__":
    unittest.main()
