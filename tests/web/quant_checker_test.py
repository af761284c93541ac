# SPDX-License-Identifier: BSD-3-Clause
"""The pages of --quant_checker in headless Chromium, from the file system: the ranking, the way to an option's checks, the
filter, hostile names, no console error, no network."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import onnx

from browser import Browser

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "engines"))
from quant_checker_model import small_model  # noqa: E402

CONFIG = {"WEIGHT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "40"}, {"algo_name": "minmax", "threshold": "10"}],
          "ACT_COMPARISON_ALGORITHMS": [{"algo_name": "minmax", "threshold": "10"}],
          "QUANTIZATION_VARIATIONS": ["tf", "enhanced", "symmetric"]}
HOSTILE = "</td><script>document.title='owned'</script>"


class QuantCheckerPagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keep = tempfile.TemporaryDirectory()
        cls.addClassCleanup(keep.cleanup)
        folder = pathlib.Path(keep.name)
        small_model(folder / "<b>m.onnx", outlier=8)
        model = onnx.load(folder / "<b>m.onnx")
        model.graph.node[0].name = HOSTILE
        onnx.save(model, folder / "<b>m.onnx")
        np.random.default_rng(0).normal(size=(1, 3, 12, 12)).astype(np.float32).tofile(folder / "x.raw")
        (folder / "list.txt").write_text("x.raw\n", encoding="utf-8")
        (folder / "c.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        command = [os.environ["ACC_PROGRAM"], "--quant_checker", "-f", "onnx", "-m", "<b>m.onnx", "-i", "x", "1,3,12,12", "x.raw",
                   "-o", "y", "--config_file", "c.json", "-l", "list.txt"]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        cls.results = folder / "working_directory" / "results" / "latest"
        cls.browser = Browser(os.environ["ACC_CHROMIUM"])
        cls.addClassCleanup(cls.browser.__exit__)

    def tearDown(self):
        self.assertEqual(self.browser.console, [])
        for address in self.browser.requests:
            self.assertTrue(address.startswith("file:"), address)

    def open(self, page):
        self.browser.console.clear()
        self.browser.requests.clear()
        self.browser.open((self.results / page).as_uri())
        self.browser.settle()

    def test_the_overview_ranks_and_leads_to_the_checks(self):
        self.open("overview.html")
        self.assertEqual(self.browser.run("document.title"), "Quantization options")
        names = self.browser.run("[...document.querySelectorAll('.ranking tbody a')].map((a) => a.textContent)")
        overview = json.loads((self.results / "overview.json").read_text(encoding="utf-8"))
        self.assertEqual(names, [row["name"] for row in overview["options"]])
        self.assertEqual(self.browser.run("document.querySelector('#best .culprit').textContent"), names[0])
        self.assertIn("w1", self.browser.run("document.querySelector('.causes li').textContent"))
        links = self.browser.run("[...document.querySelectorAll('main a[href]')].map((a) => a.href)")
        for link in links:
            self.assertTrue(pathlib.Path(link.removeprefix("file://")).is_file(), link)
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 1280)

    def test_the_filter_shows_what_is_asked_for(self):
        self.open("html/tf.html")
        shown = "[...document.querySelectorAll('.checks tbody tr')].filter((row) => !row.hidden).length"
        everything = self.browser.run(shown)
        self.assertEqual(everything, 4)
        self.browser.run("document.getElementById('failed').click()")
        failed = self.browser.run(shown)
        self.assertTrue(0 < failed < everything, failed)
        self.browser.run("document.getElementById('failed').click()")
        self.browser.run("(() => { const f = document.getElementById('filter'); f.value = 'MinMax'; "
                         "f.dispatchEvent(new Event('input')); })()")
        self.assertEqual(self.browser.run(shown), 2)
        self.assertEqual(self.browser.run("document.getElementById('count').textContent"), "2 of 4 checks")

    def test_hostile_names_stay_text(self):
        for page in ("html/tf.html", "html/tf_input_0.html", "overview.html"):
            self.open(page)
            self.assertNotEqual(self.browser.run("document.title"), "owned")
            self.assertEqual(self.browser.run("document.querySelectorAll('main b b, header b b').length"), 0)


if __name__ == "__main__":
    unittest.main()
