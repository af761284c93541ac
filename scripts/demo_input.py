# SPDX-License-Identifier: BSD-3-Clause
"""Renders the demo's pictures and writes them as the OCR angle classifier wants them. Usage: demo_input.py <folder>

The classifier says whether a line of text is upside down. The labels here read the same both ways, so there is no right
answer: the logits lie close together, which is where an arithmetic of few bits shows what it does.

Writes <label>.png, <label>.raw (float32, 1x3x48x192, BGR, -1..1) and input_list.txt, whose first line is the
demo's input."""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LABELS = ("060090", "XISIX", "IHIIHI", "ZIOIZ", "HXXH", "09Z60", "XHX", "9IOZZOI6")
WIDTH, HEIGHT = 192, 48


def picture(label):
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.text((WIDTH // 2, HEIGHT // 2), label, fill=(20, 20, 20), font=ImageFont.load_default(28), anchor="mm")
    return image


def network_input(image):
    pixels = np.asarray(image, dtype=np.float32)[:, :, ::-1].transpose(2, 0, 1)
    return (pixels / 255 - 0.5) / 0.5


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for label in LABELS:
        image = picture(label)
        image.save(folder / f"{label}.png")
        network_input(image).astype("<f4").tofile(folder / f"{label}.raw")
    (folder / "input_list.txt").write_text("".join(f"{folder / label}.raw\n" for label in LABELS), encoding="utf-8")


if __name__ == "__main__":
    main()
