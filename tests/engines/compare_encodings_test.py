# SPDX-License-Identifier: BSD-3-Clause
"""--compare_encodings and --dlc_info on DLCs of Qualcomm's serializer; the spreadsheet through openpyxl."""

import json
import math
import pathlib
import tempfile
import unittest

import numpy as np
import onnx
import openpyxl
from onnx import helper, numpy_helper

import qnn_dlc
from program import ProgramTest

RED, YELLOW = "FFF8CBAD", "FFFFEB9C"
CONV = "/conv/Conv_output_0"
WEIGHT = "/conv/weight_quantized"


class Graph:
    """A QDQ model: x, a convolution with per-channel weights and a bias, and Relu."""

    def __init__(self, step=0.1):
        self.nodes, self.constants = [], []
        random = np.random.default_rng(0)
        weight = random.normal(size=(4, 3, 3, 3)).astype(np.float32)
        self.scales = (np.abs(weight).reshape(4, -1).max(axis=1) / 127).astype(np.float32)
        self.codes = np.round(weight / self.scales.reshape(4, 1, 1, 1)).astype(np.int8)
        bias = np.round(random.normal(size=4) / (self.scales * 0.02)).astype(np.int32)
        x = self.quantized("x", 0.02, 100)
        w = self.constant(WEIGHT, self.codes, self.scales, np.int8)
        b = self.constant("/conv/bias", bias, self.scales * np.float32(0.02), np.int32)
        self.add("Conv", [x, w, b], CONV, name="/conv/Conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        self.add("Relu", [self.quantized(CONV, step, 128)], "relu", name="/relu")
        last = self.quantized("relu", 0.05, 0)
        self.nodes[-1].output[0] = "out"
        assert last == "relu_DequantizeLinear_Output"

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def number(self, name, value, kind):
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def quantized(self, name, scale, zero):
        grid = [self.number(f"{name}_scale", scale, np.float32), self.number(f"{name}_zero", zero, np.uint8)]
        code = self.add("QuantizeLinear", [name, *grid], f"{name}_QuantizeLinear_Output", name=f"{name}_QuantizeLinear")
        return self.add("DequantizeLinear", [code, *grid], f"{name}_DequantizeLinear_Output",
                        name=f"{name}_DequantizeLinear")

    def constant(self, name, codes, scales, kind):
        inputs = [self.number(name, codes, kind), self.number(f"{name}_scale", scales, np.float32),
                  self.number(f"{name}_zero", np.zeros(len(scales)), kind)]
        return self.add("DequantizeLinear", inputs, f"{name}_dequantized", axis=0)

    def model(self):
        ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, dims)
                for name, dims in (("x", (1, 3, 8, 8)), ("out", (1, 4, 8, 8)))]
        graph = helper.make_graph(self.nodes, "net", ends[:1], ends[1:], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def version_0(encodings, dtype):
    """As AIMET 0.4 (without dtype) to 0.6.1 writes them."""
    def entry(values):
        kept = {key: values[key] for key in ("bitwidth", "max", "min", "offset", "scale", "is_symmetric")}
        return kept | ({"dtype": "int"} if dtype else {})
    return {f"{section}_encodings": {name: [entry(one) for one in entries] for name, entries in named.items()}
            for section, named in encodings.items()}


def version_1(encodings):
    def entry(name, values):
        return {"name": name, "enc_type": "PER_CHANNEL" if len(values) > 1 else "PER_TENSOR", "dtype": "INT",
                "bw": values[0]["bitwidth"], "is_sym": values[0]["is_symmetric"] == "True",
                "scale": [one["scale"] for one in values], "offset": [one["offset"] for one in values]}
    return {"version": "1.0.0"} | {
        f"{section}_encodings": [entry(name, values) for name, values in named.items()]
        for section, named in encodings.items()}


def version_2(encodings):
    def entry(name, values):
        bits, symmetric = values[0]["bitwidth"], values[0]["is_symmetric"] == "True"
        new = {"name": name, "output_dtype": f"{'int' if symmetric else 'uint'}{bits}"}
        middle = 2 ** (bits - 1) if symmetric else 0
        if len(values) == 1:
            return new | {"y_scale": values[0]["scale"], "y_zero_point": -values[0]["offset"] - middle}
        return new | {"y_scale": [one["scale"] for one in values], "axis": 0}
    return {"version": "2.0.0", "encodings": [
        entry(name, values) for named in encodings.values() for name, values in named.items()]}


class CompareEncodingsTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="acc_dlc_")
        cls.addClassCleanup(scratch.cleanup)
        cls.graph = Graph()
        cls.dlc = qnn_dlc.dump(cls.graph.model(), pathlib.Path(scratch.name) / "one")
        cls.other = qnn_dlc.dump(Graph(step=0.125).model(), pathlib.Path(scratch.name) / "two")

    def compare(self, encodings, *more, **how):
        path = self.folder / "aimet.json"
        path.write_text(json.dumps(encodings), encoding="utf-8")
        return self.run_program("--compare_encodings", "--input", self.dlc, "--aimet_encodings_json", path, *more, **how)

    def extracted(self):
        """The encodings of the DLC, as its own comparison writes them."""
        nothing = {"activation_encodings": {"none": [{"bitwidth": 8, "min": 0, "max": 1}]}, "param_encodings": {}}
        self.compare(nothing)
        file = json.loads((self.latest("compare_encodings") / "extracted_encodings.json").read_text(encoding="utf-8"))
        return {section: file[f"{section}_encodings"] for section in ("activation", "param")}

    def book(self):
        return openpyxl.load_workbook(self.latest("compare_encodings") / "encodings_diff.xlsx")

    def rows(self, sheet):
        """The rows of a sheet as dictionaries of cells, by the titles."""
        titles, *rows = self.book()[sheet].iter_rows()
        return [{title.value: cell for title, cell in zip(titles, row)} for row in rows]

    def statuses(self, sheet):
        return {row["Tensor in DLC"].value or row["Tensor in AIMET"].value: row["Status"].value
                for row in self.rows(sheet)}

    def test_extraction_is_what_went_into_the_dlc(self):
        encodings = self.extracted()
        x = encodings["activation"]["x"]
        self.assertEqual([x[0]["bitwidth"], x[0]["offset"], x[0]["is_symmetric"]], [8, -100, "False"])
        self.assertEqual(np.float32(x[0]["scale"]), np.float32(0.02))
        weight = encodings["param"][WEIGHT]
        np.testing.assert_array_equal([np.float32(one["scale"]) for one in weight], self.graph.scales)
        self.assertEqual({(one["offset"], one["is_symmetric"], one["axis"]) for one in weight}, {(-128, "True", 3)})
        self.assertEqual(encodings["param"]["/conv/bias"][3]["bitwidth"], 32)

    def test_equal_encodings_of_every_version_are_equal(self):
        encodings = self.extracted()
        for name, written in (("0.4", version_0(encodings, False)), ("0.6.1", version_0(encodings, True)),
                              ("1.0.0", version_1(encodings)), ("2.0.0", version_2(encodings))):
            with self.subTest(name):
                _, stderr = self.compare(written)
                self.assertNotIn("warning", stderr)
                for sheet in ("Activations", "Params"):
                    self.assertEqual(set(self.statuses(sheet).values()), {"equal"}, sheet)
                self.assertEqual(len(self.rows("Params")), 8)

    def test_float64_scales_of_aimet_are_equal_to_float32_ones_of_the_dlc(self):
        encodings = self.extracted()
        encodings["activation"]["x"][0] |= {"scale": 0.02, "min": -2.0, "max": 3.1}
        self.compare(version_0(encodings, True))
        self.assertEqual(self.statuses("Activations")["x"], "equal")

    def changed(self):
        """x has another scale, channel 2 of the weight too, Conv's output another name and bitwidth."""
        encodings = self.extracted()
        encodings["activation"]["x"][0] |= {"scale": 0.04, "min": -4.0, "max": 6.2}
        channel = encodings["param"][WEIGHT][2]
        for key in ("scale", "min", "max"):
            channel[key] *= 2
        conv = encodings["activation"].pop(f"{CONV}_QuantizeLinear")
        conv[0] |= {"bitwidth": 16, "max": conv[0]["scale"] * (65535 + conv[0]["offset"]), "is_symmetric": "False"}
        encodings["activation"]["_conv_Conv_output_0"] = conv
        del encodings["param"]["/conv/bias"]
        encodings["param"]["=cmd()"] = [{"bitwidth": 8, "min": -1, "max": 1, "is_symmetric": "True", "offset": -128,
                                         "scale": 1 / 127}]
        return version_0(encodings, True)

    def test_differences_are_marked(self):
        stdout, stderr = self.compare(self.changed())
        rows = {row["Tensor in DLC"].value: row for row in self.rows("Activations")}
        x = rows["x"]
        self.assertEqual(x["Status"].value, "differs")
        self.assertEqual(x["Differs in"].value, "min, max, scale")
        self.assertAlmostEqual(x["scale difference"].value, -0.02, 7)
        for field in ("scale", "min", "max"):
            self.assertEqual(x[f"{field} in DLC"].fill.fgColor.rgb, RED)
            self.assertEqual(x[f"{field} in AIMET"].fill.fgColor.rgb, RED)
        for field in ("offset", "bitwidth", "symmetric"):
            self.assertEqual(x[f"{field} in DLC"].fill.fill_type, None)
        conv = rows[f"{CONV}_QuantizeLinear"]
        self.assertEqual([conv["Tensor in AIMET"].value, conv["Matched by"].value],
                         ["_conv_Conv_output_0", "quantizer's suffix"])
        self.assertEqual([conv["bitwidth in DLC"].value, conv["bitwidth in AIMET"].value], [8, 16])
        self.assertEqual(conv["bitwidth in AIMET"].fill.fgColor.rgb, RED)
        self.assertIn("_conv_Conv_output_0", {row["Tensor in AIMET"].value for row in rows.values()})
        self.assertIn("1 names match by: quantizer's suffix", stdout)
        self.assertIn("'/conv/bias' has an encoding in DLC and none in AIMET", stderr)

    def test_channels_have_rows_of_their_own(self):
        self.compare(self.changed())
        weight = [row for row in self.rows("Params") if row["Tensor in DLC"].value == WEIGHT]
        self.assertEqual([row["Channel"].value for row in weight], [0, 1, 2, 3])
        fills = [row["scale in DLC"].fill.fill_type for row in weight]
        self.assertEqual(fills, [None, None, "solid", None])
        self.assertEqual([row["SQNR dB"].value for row in weight if row["Channel"].value != 2], ["exact"] * 3)
        self.assertEqual({row["axis in DLC"].value for row in weight}, {3})

    def test_costs_are_those_of_the_definition(self):
        self.compare(self.changed())
        values = self.graph.codes.astype(np.float64) * self.graph.scales.reshape(4, 1, 1, 1)
        scales = self.graph.scales.astype(np.float64).copy()
        scales[2] *= 2
        scales = scales.reshape(4, 1, 1, 1)
        again = np.clip(np.round(values.astype(np.float32) / scales), -128, 127) * scales
        noise = ((values - again) ** 2).sum(axis=(1, 2, 3))
        signal = (values ** 2).sum(axis=(1, 2, 3))
        weight = [row for row in self.rows("Params") if row["Tensor in DLC"].value == WEIGHT]
        self.assertAlmostEqual(weight[2]["SQNR dB"].value, 10 * math.log10(signal[2] / noise[2]), 2)
        self.assertAlmostEqual(weight[0]["Tensor's SQNR dB"].value, 10 * math.log10(signal.sum() / noise.sum()), 2)
        costs = self.rows("Costs")
        self.assertEqual([row["Tensor in DLC"].value for row in costs], [WEIGHT])

    def test_golden_data_give_activations_their_cost(self):
        values = np.random.default_rng(3).normal(size=(1, 3, 8, 8)).astype(np.float32)
        golden = self.folder / "golden"
        golden.mkdir()
        values.tofile(golden / "x.raw")
        stdout, stderr = self.compare(self.changed(), "--golden_data", golden)
        self.assertIn("1 of 2 activations that differ have no tensor in", stderr)
        on_grid = [np.clip(np.round(values.astype(np.float64) / np.float32(step)), -100, 155) * float(np.float32(step))
                   for step in (0.02, 0.04)]
        cost = 10 * math.log10((on_grid[0] ** 2).sum() / ((on_grid[0] - on_grid[1]) ** 2).sum())
        x = next(row for row in self.rows("Activations") if row["Tensor in DLC"].value == "x")
        self.assertAlmostEqual(x["SQNR dB"].value, cost, 4)
        self.assertIn(f"{cost:.2f} dB  x", stdout)

    def test_single_encodings_are_yellow_and_warned_of(self):
        self.compare(self.changed())
        statuses = self.statuses("Params")
        self.assertEqual(statuses["/conv/bias"], "only in DLC")
        self.assertEqual(statuses["=cmd()"], "only in AIMET")
        row = next(row for row in self.rows("Params") if row["Status"].value == "only in AIMET")
        self.assertEqual(row["Tensor in AIMET"].data_type, "s")  # Not a formula.
        self.assertEqual(row["Tensor in AIMET"].fill.fgColor.rgb, YELLOW)
        log = (self.latest("compare_encodings") / "log.txt").read_text(encoding="utf-8")
        self.assertIn("param '/conv/bias' has an encoding in DLC and none in AIMET", log)
        self.assertIn("param '=cmd()' has an encoding in AIMET and none in DLC", log)

    def test_every_sheet_is_frozen_and_has_a_filter(self):
        self.compare(self.changed())
        book = self.book()
        self.assertEqual(book.sheetnames, ["Summary", "Costs", "Activations", "Params"])
        for sheet in book:
            self.assertEqual(sheet.freeze_panes, "B2", sheet.title)
            self.assertEqual(sheet.auto_filter.ref, sheet.dimensions, sheet.title)
            self.assertTrue(all(cell.font.bold for cell in sheet[1]), sheet.title)
        summary = {row[0].value: [cell.value for cell in row[1:]] for row in book["Summary"].iter_rows()}
        self.assertEqual(summary["differs"], [2, 1])
        self.assertEqual(summary["only in AIMET"], [0, 1])

    def test_only_one_section_is_compared_on_request(self):
        for flag, sheet in (("--params_only", "Params"), ("--activations_only", "Activations")):
            stdout, stderr = self.compare(self.changed(), flag)
            self.assertEqual(self.book().sheetnames, ["Summary", "Costs", sheet])
            self.assertEqual("bias" in stderr, flag == "--params_only")
            self.assertEqual("activations  " in stdout, flag == "--activations_only")

    def test_precision_decides(self):
        changed = self.extracted()
        changed["activation"]["x"][0] |= {"scale": 0.0200004, "min": -2.00004, "max": 3.100062}
        for decimals, status in ((17, "differs"), (7, "differs"), (3, "equal"), (0, "equal")):
            self.compare(version_0(changed, True), "--precision", decimals)
            self.assertEqual(self.statuses("Activations")["x"], status, decimals)

    def test_an_entry_that_cannot_be_read_stops_no_other(self):
        encodings = version_0(self.extracted(), True)
        encodings["activation_encodings"]["x"] = [{"bitwidth": "eight"}]
        stdout, stderr = self.compare(encodings, "--params_only")
        self.assertNotIn("is not compared", stderr)
        self.assertEqual(set(self.statuses("Params").values()), {"equal"})
        stdout, stderr = self.compare(encodings)
        self.assertRegex(stderr, "the encoding of 'x' is not compared: .*bitwidth")
        self.assertIn("1 entries of AIMET cannot be read", stdout)
        statuses = self.statuses("Activations")
        self.assertNotIn("x", statuses, "it is neither equal nor single")
        self.assertEqual(set(statuses.values()), {"equal"})

    def test_one_step_is_a_difference(self):
        encodings = self.extracted()
        x = encodings["activation"]["x"][0]
        step = x["scale"]
        x |= {"offset": x["offset"] + 1, "min": x["min"] + step, "max": x["max"] + step}
        self.compare(version_0(encodings, True), "--precision", 3)
        row = next(row for row in self.rows("Activations") if row["Tensor in DLC"].value == "x")
        self.assertEqual([row["Status"].value, row["Differs in"].value], ["differs", "min, max, offset"])
        self.assertEqual(set(self.statuses("Activations").values()), {"equal", "differs"})

    def test_the_files_own_ends_stand_beside_the_recomputed_ones(self):
        encodings = self.extracted()
        x = encodings["activation"]["x"][0]
        before, step = dict(x), x["scale"]
        for moved, status, fill in ((0.25, "equal", None), (1, "differs", "solid")):
            x["max"] = before["max"] + moved * step
            self.compare(version_0(encodings, True))
            row = next(row for row in self.rows("Activations") if row["Tensor in DLC"].value == "x")
            self.assertEqual(row["Status"].value, status, moved)
            self.assertAlmostEqual(row["max in AIMET"].value, before["max"], 6)
            self.assertAlmostEqual(row["file's max in DLC"].value, before["max"], 6)
            self.assertAlmostEqual(row["file's max in AIMET"].value, x["max"], 6)
            self.assertEqual(row["file's max in AIMET"].fill.fill_type, fill)
            self.assertEqual(row["file's min in AIMET"].fill.fill_type, None)

    def test_one_node_is_printed(self):
        for name in (f"{CONV}_QuantizeLinear", "_conv_Conv_output_0", "/relu"):
            stdout, _ = self.compare(self.changed(), "--specific_node", name)
            self.assertRegex(stdout, r"bitwidth +8 +16 +differs")
        _, stderr = self.compare(self.changed(), "--specific_node", "/rellu", expect=2)
        self.assertIn("Did you mean '/relu'?", stderr)

    def test_extracted_encodings_are_overrides_and_target_encodings(self):
        self.extracted()
        encodings = self.latest("compare_encodings") / "extracted_encodings.json"
        raw = self.write_raw("x.raw", np.random.default_rng(0).normal(size=(1, 3, 8, 8)).astype(np.float32))
        weight = numpy_helper.from_array(np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(np.float32), WEIGHT)
        conv = helper.make_node("Conv", ["x", WEIGHT], ["out"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, dims)
                for name, dims in (("x", (1, 3, 8, 8)), ("out", (1, 4, 8, 8)))]
        model = self.folder / "float.onnx"
        onnx.save(helper.make_model(helper.make_graph([conv], "net", ends[:1], ends[1:], [weight]),
                                    opset_imports=[helper.make_opsetid("", 17)], ir_version=9), model)
        self.run_program(
            "--framework", "onnx", "--model_path", model, "--output_tensor", "out", "--runtime", "cpu",
            "--architecture", "x86_64-linux-clang", "--input_list", self.write_input_list(raw), "--default_verifier",
            "SQNR", "--input_tensor", "x", "1,3,8,8", raw, "-qo", encodings, "--target_encodings", encodings)
        result = self.latest("inference_engine") / "output" / "Result_0"
        records = {record["name"]: record for record in self.manifest(result)["tensors"]}
        self.assertEqual(records["x"]["encoding"]["channels"][0]["offset"], -100)

    def test_two_dlcs(self):
        stdout, _ = self.run_program("--compare_encodings", "--input", self.dlc, "--input2", self.other)
        conv = next(row for row in self.rows("Activations") if row["Status"].value == "differs")
        self.assertEqual(conv["Differs in"].value, "min, max, scale")
        self.assertIn("Structure", self.book().sheetnames)
        self.assertIn("differences of structure", stdout)
        files = {path.name for path in self.latest("compare_encodings").iterdir()}
        self.assertIn("extracted_encodings_input2.json", files)

    def test_the_net_json_of_a_model_has_its_encodings(self):
        net = next(self.dlc.parent.glob("*_1_0.json"))
        _, stderr = self.run_program("--compare_encodings", "--input", self.dlc, "--input2", net)
        self.assertEqual([row["Status"].value for row in self.rows("Activations")], ["equal"] * 5)
        # The plugin does not print the channels' scales.
        self.assertEqual({row["Status"].value for row in self.rows("Params")}, {"only in input"})
        self.assertIn(f"the encoding of the tensor '{WEIGHT}' is left out", stderr)
        stdout, _ = self.run_program("--dlc_info", net)
        self.assertIn("8 bit, -2 to 3.1, scale 0.02, offset -100", stdout)

    def test_bad_inputs_are_named(self):
        _, stderr = self.compare({"a": 1}, expect=2)
        self.assertIn("activation_encodings", stderr)
        _, stderr = self.compare({"activation_encodings": {}, "param_encodings": {}}, expect=3)
        self.assertIn("holds no encoding", stderr)
        text = self.folder / "text.dlc"
        text.write_text("hello", encoding="utf-8")
        self.run_program("--compare_encodings", "--input", text, "--input2", self.dlc, expect=3)
        self.assertFalse(self.latest("compare_encodings").exists())

    def test_info_as_json_is_the_graph(self):
        stdout, stderr = self.run_program("--dlc_info", self.dlc, "--json")
        self.assertEqual(stderr, "")
        info = json.loads(stdout)
        self.assertEqual(info["format"], {"major": 4, "minor": 1})
        tensors = {tensor["name"]: tensor for tensor in info["graphs"][0]["tensors"]}
        weight = tensors[WEIGHT]
        self.assertEqual([weight["dims"], weight["data_type"], weight["data_bytes"]], [[3, 3, 3, 4], "sfixed8", 108])
        scales = [channel["scale"] for channel in weight["encoding"]["channels"]]
        np.testing.assert_array_equal(np.float32(scales), self.graph.scales)
        values = self.graph.codes * self.graph.scales.reshape(4, 1, 1, 1)
        self.assertAlmostEqual(weight["statistics"]["max"], float(values.max()), 5)
        self.assertAlmostEqual(weight["statistics"]["min"], float(values.min()), 5)
        conv = next(node for node in info["graphs"][0]["nodes"] if node["type"] == "Conv2d")
        self.assertEqual(conv["macs"], 4 * 8 * 8 * 27)
        self.assertEqual(conv["attributes"]["stride"]["values"], [1, 1])
        self.assertFalse((self.folder / "working_directory").exists())

    def test_info_fits_a_terminal(self):
        stdout, _ = self.run_program("--dlc_info", self.dlc)
        self.assertTrue(all(len(line) <= 120 for line in stdout.splitlines()))
        self.assertIn("axis 3, 4 channels", stdout)


if __name__ == "__main__":
    unittest.main()
