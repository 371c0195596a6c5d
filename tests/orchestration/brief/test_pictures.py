"""The drawn charts: the same bytes wherever a release is drawn, on a UTC axis, with their caption inside."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.brief.picture import frame, translate
from orchestration.brief.render import Brief, compose, draw, draw_charts
from tests.orchestration.brief.hand_made import make_release

PRINT_HASH = """
import hashlib, sys
from pathlib import Path
from orchestration.brief.render import compose, draw
for name, drawn in draw(compose(Path(sys.argv[1]))).items():
    print(name, hashlib.sha256((drawn.wide + drawn.narrow).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("drawn"), ("fct_price_hourly",))


@pytest.fixture(scope="module")
def brief(database: Path) -> Brief:
    return compose(database)


def test_the_zone_of_the_machine_and_the_process_change_nothing(database: Path, brief: Brief) -> None:
    here = {
        name: hashlib.sha256((drawn.wide + drawn.narrow).encode()).hexdigest() for name, drawn in draw(brief).items()
    }
    told = subprocess.run(
        [sys.executable, "-c", PRINT_HASH, str(database)],
        env={**os.environ, "TZ": "Asia/Shanghai"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert dict(line.split() for line in told.splitlines()) == here
    assert set(here) == {"prices"}


def test_the_axis_begins_at_midnight_utc(brief: Brief) -> None:
    labels = re.findall(r"<text[^>]*>([\d:-]+)</text>", draw(brief)["prices"].wide)
    assert labels[:4] == ["06-02", "06:00", "12:00", "18:00"]


def test_coordinates_are_short_and_labels_whole(brief: Brief) -> None:
    svg = draw(brief)["prices"].wide
    assert re.findall(r"<[^>]*\d\.\d{3,}[^>]*>", svg) == []
    assert "68,000" in svg


def test_a_picture_carries_title_caption_and_what_it_is_made_of(database: Path, tmp_path: Path) -> None:
    [path] = draw_charts(database, tmp_path / "pictures")
    assert path.name == "01_prices.png"
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert path.stat().st_size < 150_000
    framed = frame('<svg width="800" height="300"></svg>', "Title", "Release r1 & more", "RECONSTRUCTED")
    for part in ("Title", "Release r1 &amp; more", "RECONSTRUCTED", 'width="800.0"'):
        assert part in framed


def test_a_translation_changes_whole_words_only() -> None:
    svg = '<text x="1">price</text><text>price level</text><g class="price"/>'
    assert translate(svg, {"price": "价格"}) == '<text x="1">价格</text><text>price level</text><g class="price"/>'
