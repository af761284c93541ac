# SPDX-License-Identifier: BSD-3-Clause
"""Opens the pages of a tensor inspection in headless Chromium, from the file system: what hovering says, sorting, search,
hostile names, no console error, nothing from the network."""

import array
import html
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.parse

PROGRAM = os.environ["ACC_PROGRAM"]
CHROMIUM = os.environ["ACC_CHROMIUM"]

HOSTILE = [
    "<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "a\"b'c&d",
    "größe/层", "x#y?z%20 w", "n" * 5000, "../../escape", "line\u2028separator", "</script><b>",
]
COUNT = 250  # More rows than enter the page at once.
DIMS = [2, 3, 4]


def tensor_names():
    return HOSTILE + [f"layer_{i}" for i in range(COUNT - len(HOSTILE))]


def write_runs(folder):
    """Two runs of equal names; the error grows, layer_40 is broken and layer_41 holds nothing finite."""
    records = []
    for run in ("golden", "target"):
        (folder / run).mkdir()
    for i, name in enumerate(tensor_names()):
        golden = [float((i * 7 + k * 13) % 17 - 8) for k in range(24)]
        error = 3.0 if name == "layer_40" else 0.001 * (1 + i / COUNT)
        target = [value + error * (1 if k % 2 else -1) for k, value in enumerate(golden)]
        if name == "layer_41":
            golden = target = [float("nan")] * 24
        if name == "layer_42":
            golden = target = [1.0] * 24
        for run, values in (("golden", golden), ("target", target)):
            (folder / run / f"{i}.raw").write_bytes(array.array("f", values).tobytes())
        records.append({"name": name, "file": f"{i}.raw", "type": "float32", "dims": DIMS, "op_type": "Conv" if i % 2 else "Relu"})
    for run in ("golden", "target"):
        (folder / run / "tensors.json").write_text(json.dumps({"version": 1, "tensors": records}))
    (folder / "encodings.json").write_text(json.dumps({"version": "0.6.1", "param_encodings": {}, "activation_encodings": {
        "layer_0": [{"bitwidth": 8, "min": -8.0, "max": 7.9375, "scale": 0.0625, "offset": -128, "is_symmetric": "True"}]}}))


# Runs inside a page after it has loaded; what `found` holds goes into <pre id="probe">.
def probe(body):
    return """
addEventListener('load', () => {
  const found = {};
  const settle = () => { found.title = document.title; found.images = document.querySelectorAll('img').length;
    found.resources = performance.getEntriesByType('resource').map((entry) => entry.name); };
  // The tip's lines with the mouse at a share of the plot's width.
  const hover = (id, share) => {
    const over = document.querySelector(`#${id} .u-over`);
    const box = over.getBoundingClientRect();
    const at = { bubbles: true, clientX: box.left + share * box.width, clientY: box.top + box.height / 2 };
    over.dispatchEvent(new MouseEvent('mouseenter', at));
    over.dispatchEvent(new MouseEvent('mousemove', at));
  };
  const lines = (id) => [...document.querySelectorAll(`#${id} .tip:not([hidden]) > *`)].map((line) => line.textContent);
  const later = (work) => setTimeout(work, 100);
  const finish = () => {
    settle();
    const pre = document.createElement('pre');
    pre.id = 'probe';
    pre.textContent = JSON.stringify(found);
    document.body.append(pre);
  };
""" + body + "\n});"


HOVER = probe("""
  hover('plot', 0.3);
  later(() => {
    found.lines = lines('plot');
    found.second = document.getElementById('difference') ? lines('difference') : [];
    document.getElementById('theme').click();
    found.plots = document.querySelectorAll('#plot .uplot').length;
    const box = document.getElementById('logarithmic');
    if (box) box.click();
    later(() => {
      hover('plot', 0.3);
      later(() => {
        found.again = lines('plot');
        const more = ['density', 'channels'].filter((id) => document.getElementById(id));
        more.forEach((id) => hover(id, 0.5));
        later(() => {
          more.forEach((id) => { found[id] = lines(id); });
          finish();
        });
      });
    });
  });
""")

TABLE = probe("""
  const names = () => [...document.querySelectorAll('#table tbody tr')].map((row) => row.firstChild.textContent);
  const header = (title) => [...document.querySelectorAll('#table th button')].find((b) => b.textContent === title);
  const type = (text) => {
    const filter = document.getElementById('filter');
    filter.value = text;
    filter.dispatchEvent(new Event('input'));
  };
  found.headers = [...document.querySelectorAll('#table th button')].map((button) => button.textContent);
  found.rows = names().length;
  found.first = names().slice(0, 2);
  found.thumbnails = document.querySelectorAll('#table svg').length;
  header('MSE').click();
  header('MSE').click();
  found.sorted = names()[0];
  found.direction = header('MSE').parentElement.getAttribute('aria-sort');
  type('layer_19');
  found.filtered = names();
  found.count = document.getElementById('count').textContent;
  type('nothing has this name');
  found.none = names().length;
  type('<script>');
  found.script = names();
  found.link = document.querySelector('#table tbody a').href;
  type('');
  const table = document.getElementById('table');
  table.scrollTop = table.scrollHeight;
  table.dispatchEvent(new Event('scroll'));
  found.more = names().length;
  finish();
""")


class TensorInspectionPagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keep = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.keep.name)
        write_runs(cls.folder)
        done = subprocess.run(
            [PROGRAM, "--tensor_inspection", "--verifier", "SQNR", "--verifier", "MSE", "--golden_data", cls.folder / "golden",
             "--target_data", cls.folder / "target", "--target_encodings", cls.folder / "encodings.json",
             "--working_dir", cls.folder / "work", "--output_dirname", "run"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.run_folder = cls.folder / "work" / "tensor_inspection" / "run"

    @classmethod
    def tearDownClass(cls):
        cls.keep.cleanup()

    def open(self, page, script):
        """What the probe found in the page; the console must be silent and nothing may come from elsewhere."""
        probed = page.with_name("probed.html")
        probed.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", f"--user-data-dir={profile}", "--enable-logging=stderr",
                 "--virtual-time-budget=5000", "--dump-dom", probed.as_uri()],
                capture_output=True, text=True, timeout=120)
        probed.unlink()
        self.assertEqual([line for line in done.stderr.splitlines() if "CONSOLE" in line], [])
        found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
        self.assertIsNotNone(found, "the probe did not run to its end")
        found = json.loads(html.unescape(found.group(1)))
        self.assertEqual(found["images"], 0)
        self.assertNotIn("owned", found["title"][:8])
        for resource in found["resources"]:
            self.assertTrue(resource.startswith("file://"), resource)
        return found

    def test_hovering_over_histograms(self):
        found = self.open(self.run_folder / "layer_0" / "Histograms.html", HOVER)
        self.assertRegex(found["lines"][0], r"^-?[\d.]+ … -?[\d.]+$")
        self.assertRegex(found["lines"][1], r"^golden \d+ \([\d.]+ %\)$")
        self.assertRegex(found["lines"][2], r"^target \d+ \([\d.]+ %\)$")
        self.assertEqual(found["again"], found["lines"])
        self.assertEqual(found["plots"], 1)
        self.assertRegex(found["density"][1], r"^density [\d.]+$")

    def test_hovering_over_the_cdf(self):
        found = self.open(self.run_folder / "layer_0" / "CDF_plots.html", HOVER)
        self.assertRegex(found["lines"][0], r"^below -?[\d.]+$")
        self.assertRegex(found["lines"][1], r"^golden [\d.]+ %$")
        self.assertRegex(found["lines"][2], r"^target [\d.]+ %$")

    def test_hovering_over_differences(self):
        found = self.open(self.run_folder / "layer_0" / "Diff_plots.html", HOVER)
        index = int(re.match(r"index (\d+) = \[", found["lines"][0]).group(1))
        place = [index // 12, index // 4 % 3, index % 4]
        self.assertEqual(found["lines"][0], f"index {index} = {place}")
        i = tensor_names().index("layer_0")
        golden = (i * 7 + index * 13) % 17 - 8
        self.assertEqual(found["lines"][1], f"golden {golden}")
        self.assertAlmostEqual(float(found["lines"][3].removeprefix("difference ")),
                               (1 if index % 2 else -1) * 0.001 * (1 + i / COUNT), delta=1e-5)
        self.assertEqual(found["second"], found["lines"], "both plots follow the cursor")
        self.assertRegex(found["channels"][1], r"^[\d.]+ % of the error$")

    def test_index(self):
        found = self.open(self.run_folder / "index.html", TABLE)
        self.assertEqual(found["headers"][:5], ["Name", "Histogram", "Plots", "SQNR", "MSE"])
        self.assertIn("golden outside %", found["headers"])
        self.assertEqual(found["rows"], 100)
        self.assertEqual(found["thumbnails"], 100)
        self.assertEqual(found["first"][0], "layer_40")
        self.assertEqual((found["sorted"], found["direction"]), ("layer_40", "descending"))
        self.assertEqual(set(found["filtered"]), {"layer_19", *(f"layer_{i}" for i in range(190, 200))})
        self.assertEqual(found["count"], f"11 of {COUNT}")
        self.assertEqual(found["none"], 0)
        self.assertEqual(found["script"], [HOSTILE[0]])
        self.assertEqual(found["more"], 200)

    def test_links_lead_to_pages(self):
        found = self.open(self.run_folder / "index.html", TABLE)
        page = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(found["link"]).path))
        self.assertTrue(page.is_file(), page)
        self.assertTrue(page.is_relative_to(self.run_folder))

    def test_pages_of_hostile_names(self):
        pages = sorted(self.run_folder.rglob("Diff_plots.html"))
        self.assertEqual(len(pages), COUNT)
        for page in pages[:5] + pages[-4:]:
            self.open(page, probe("finish();"))
            self.assertIsNone(re.search(r"https?://", page.read_text()), page)

    def test_tensors_without_a_finite_or_second_value(self):
        for name in ("layer_41", "layer_42"):
            for page in ("Histograms.html", "CDF_plots.html", "Diff_plots.html"):
                with self.subTest(name + "/" + page):
                    self.open(self.run_folder / name / page, probe("finish();"))


if __name__ == "__main__":
    unittest.main()
