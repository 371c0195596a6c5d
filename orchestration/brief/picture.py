"""Draws a chart: as SVG for the page, translated where wanted, and as PNG with its title and caption inside.

The same chart gives the same bytes: names of clips are made anew, and coordinates are cut to a hundredth of a point.
"""

from __future__ import annotations

import re
import struct
import textwrap
import zlib
from collections.abc import Mapping
from html import escape

from orchestration.brief.section import Draw
from orchestration.brief.theme import FONT, INK, KNOWN, SOFT, Canvas

_TAG = re.compile(r"<[^>]+>")
_LONG_NUMBER = re.compile(r"(\d\.\d\d)\d+")
# What the library tells of every axis and title; the page describes the picture as a whole.
_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_CLIP = re.compile(r"clip\d+")
_TEXT = re.compile(r"(<text[^>]*>)([^<]+)(</text>)")
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def load_library() -> None:
    """Draw nothing, which takes as long as a dozen charts the first time."""
    import vl_convert

    vl_convert.svg_to_png(vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": []}}))


def draw_svg(draw: Draw, width: int, name: str) -> str:
    """The chart as an `svg` element. `name` keeps its inner names apart from those of other charts on the page."""
    import vl_convert

    canvas = Canvas(width)
    drawn = vl_convert.vegalite_to_svg(canvas.specification(draw(canvas)))
    clips: dict[str, str] = {}
    drawn = _CLIP.sub(lambda found: clips.setdefault(found[0], f"{name}-clip{len(clips)}"), drawn)
    return _TAG.sub(lambda tag: _LONG_NUMBER.sub(r"\1", _ARIA.sub("", tag[0])), drawn)


def translate(svg: str, words: Mapping[str, str]) -> str:
    """The same picture with its texts in another language; what `words` does not know stays."""
    return _TEXT.sub(lambda text: f"{text[1]}{words.get(text[2], text[2])}{text[3]}", svg)


def inline(svg: str, description: str, css_class: str) -> str:
    """The picture as it stands in the page: it scales, and a reader who cannot see it is told what it shows."""
    size = _SIZE.search(svg)
    width = size[1] if size else "100"
    head = f'role="img" aria-label="{escape(description)}" style="max-width:{width}px"'
    return _SIZE.sub(head, svg, count=1).replace('class="marks"', f'class="{css_class}"', 1)


def frame(svg: str, title: str, caption: str, badge: str | None) -> str:
    """The picture with its title above and its caption below, for where no page stands around it."""
    size = _SIZE.search(svg)
    width, height = (float(size[1]), float(size[2])) if size else (0.0, 0.0)
    top = 46 if badge else 30
    lines = textwrap.wrap(caption, int(width / 5.4))
    below = [
        f'<text x="8" y="{top + height + 14 + 14 * number}" font-size="11" fill="{SOFT}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    whole = top + height + 14 * len(lines) + 10
    marked = (
        f'<text x="8" y="38" font-size="11" font-weight="bold" fill="{KNOWN}">{escape(badge)}</text>' if badge else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{whole}" viewBox="0 0 {width} {whole}" '
        f'font-family="{FONT}"><rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="8" y="20" font-size="15" font-weight="bold" fill="{INK}">{escape(title)}</text>{marked}'
        f'<g transform="translate(0 {top})">{svg}</g>{"".join(below)}</svg>'
    )


def png(svg: str) -> bytes:
    """A picture of the picture, packed as tightly as the format allows."""
    import vl_convert

    return _pack(vl_convert.svg_to_png(svg, scale=1.25))


def _pack(image: bytes) -> bytes:
    """The same pixels, compressed harder than the drawing library does: a few times smaller."""
    pieces, data, position = [], b"", 8
    while position < len(image):
        (length,) = struct.unpack(">I", image[position : position + 4])
        kind, body = image[position + 4 : position + 8], image[position + 8 : position + 8 + length]
        if kind == b"IDAT":
            data += body
        else:
            pieces.append((kind, body))
        position += length + 12
    pieces.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(data), 7)))
    return image[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in pieces
    )
