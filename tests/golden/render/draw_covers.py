"""Draws the shipped covers: `python tests/golden/render/draw_covers.py <folder>`. No letters, so no font's licence.

The colours are those of `templates/portal/portal.css`. A warning's sign tells its level by waves (level 4 has
one, level 1 four) and by the bars on its right as well as by colour.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (900, 383)  # 2.35:1
SCALE = 2
SIGNS = {
    1: ("#c1171f", "#ffffff"),
    2: ("#f27f16", "#1a1a1a"),
    3: ("#ffd21f", "#1a1a1a"),
    4: ("#1456a3", "#ffffff"),
}


def wave(draw: ImageDraw.ImageDraw, left: int, right: int, middle: int, ink: str) -> None:
    """One wave line."""
    for x in range(left * SCALE, right * SCALE):
        y = middle * SCALE + 14 * SCALE * math.sin((x / SCALE - left) * math.tau / 120)
        draw.circle((x, y), 8 * SCALE, fill=ink)


def sheet(ground: str) -> Image.Image:
    """An empty cover."""
    return Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), ground)


def saved(image: Image.Image, path: Path) -> None:
    """As a small PNG with a palette."""
    image.resize(SIZE, Image.Resampling.LANCZOS).quantize(32).save(path, optimize=True)


def warning(level: int) -> Image.Image:
    """The plain sign of one level."""
    ground, ink = SIGNS[level]
    image = sheet(ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((16 * SCALE, 16 * SCALE, 884 * SCALE, 367 * SCALE), outline=ink, width=5 * SCALE)
    waves = 5 - level
    for number in range(waves):
        wave(draw, 90, 570, round(191 + (number - (waves - 1) / 2) * 72), ink)
    for step in range(4):
        box = [690, 300 - step * 64, 800, 340 - step * 64]
        scaled = [value * SCALE for value in box]
        draw.rectangle(scaled, outline=ink, width=4 * SCALE, fill=ink if step < waves else None)
    return image


def plain() -> Image.Image:
    """The cover of an item without a picture: water blue and one line."""
    image = sheet("#0b4f74")
    ImageDraw.Draw(image).rectangle((0, 371 * SCALE, 900 * SCALE, 383 * SCALE), fill="#eff6f9")
    return image


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    saved(plain(), folder / "cover.png")
    for number in SIGNS:
        saved(warning(number), folder / f"warning-{number}.png")
