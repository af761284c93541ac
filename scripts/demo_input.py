# SPDX-License-Identifier: BSD-3-Clause
"""Renders the demo's picture and writes it as the OCR angle classifier wants it. Usage: demo_input.py <folder>

The classifier says whether a line of text is upside down. The picture is a faded label that reads the same both ways, with
a camera's noise, so there is no right answer: the logits lie close together, which is where an arithmetic of few bits shows
what it does. It is its own calibration data, so that no layer is blamed for a range that calibration never saw.

Writes label.png, label.raw (float32, 1x3x48x192, BGR, -1..1) and input_list.txt."""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LABEL = "NOON"
WIDTH, HEIGHT = 192, 48
PAPER, INK = 175, 145  # Gray levels.
SHADE, NOISE = 10, 20  # From the middle to the edge; standard deviation.
SEED = 0


def picture():
    """Rows x columns x RGB."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (PAPER,) * 3)
    font = ImageFont.load_default(28)
    ImageDraw.Draw(image).text((WIDTH // 2, HEIGHT // 2), LABEL, fill=(INK,) * 3, font=font, anchor="mm")
    pixels = np.asarray(image, dtype=np.float32)
    pixels = pixels + np.linspace(-SHADE, SHADE, WIDTH)[np.newaxis, :, np.newaxis]
    pixels += np.random.default_rng(SEED).normal(0, NOISE, pixels.shape)
    return np.clip(np.round(pixels), 0, 255).astype(np.uint8)


def network_input(pixels):
    return (pixels[:, :, ::-1].transpose(2, 0, 1) / 255 - 0.5) / 0.5


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    pixels = picture()
    Image.fromarray(pixels).save(folder / "label.png")
    network_input(pixels).astype("<f4").tofile(folder / "label.raw")
    (folder / "input_list.txt").write_text(f"{folder / 'label.raw'}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
