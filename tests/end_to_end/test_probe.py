"""`unwind probe`: every endpoint asked once and judged by its contract; only a real answer is proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from orchestration.probe_command import probe
from tests.end_to_end.children import Machine
from tests.ingestion.sources.twins_chain import UTXO_SET
from tests.loopback.exchange import SERVED, Exchange
from tests.loopback.scripted import Answer, Scripted

NODE = UTXO_SET.dataset


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(now="2026-03-10T12:00:00") as running:
        yield running


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UNWIND_RETRY_WAIT_SECONDS", "0.005")
    return tmp_path


@pytest.fixture
def mirrored(data: Path, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNWIND_MIRROR", exchange.url)
    return data


def lines(printed: str) -> dict[str, str]:
    """Dataset -> what its line says."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in printed.splitlines() if "/" in line.split()[0]}


def test_endpoints_that_are_well_fit_and_a_mirror_proves_nothing(tmp_path: Path, exchange: Exchange) -> None:
    machine = Machine(tmp_path)
    done = machine.unwind("probe", UNWIND_MIRROR=exchange.url)
    told = lines(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    for key in SERVED.split(","):
        assert told[key].startswith("200 fits: "), told[key]
        assert not told[key].startswith("200 fits: 0 rows")
    assert {text for key, text in told.items() if key not in SERVED} == {
        f"not asked not among UNWIND_SOURCES {proof}"
        for proof in ("archived real bytes", "unproven against real bytes")
    }
    assert done.stdout.splitlines()[-1] == "4 of 4 endpoints give what their contract says"
    assert not (machine.data / "proofs.json").exists()
    assert not (machine.data / "raw").exists(), "a probe lands nothing"


def test_an_endpoint_that_drifts_is_named_and_the_others_still_fit(
    mirrored: Path, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNWIND_SOURCES", SERVED)
    exchange.fault("*metrics*", "drop_column", column="sum_open_interest")
    exchange.fault("*mempool*", "status", status=451)
    assert probe([]) == 1
    told = lines(capsys.readouterr().out)
    assert told["binance_vision/um_metrics_5m"].startswith("failed ")
    assert "['sum_open_interest'] are gone" in told["binance_vision/um_metrics_5m"]
    assert "451, the host refuses our country" in told["mempool_space/difficulty_adjustments"]
    assert told["binance_vision/spot_klines_1h"].startswith("200 fits")


def test_what_a_host_says_is_shown_as_it_is(
    mirrored: Path, exchange: Exchange, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.fault("*sosovalue*", "error_body", answer={"msg": "[bold]no[/b] such thing"})
    assert probe(["sosovalue"]) == 1
    assert "[bold]no[/b] such thing" in capsys.readouterr().out


def test_what_is_not_asked_says_why(
    mirrored: Path, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert probe(["coinalyze/open_interest_1d", NODE, "tardis"]) == 0
    told = lines(capsys.readouterr().out)
    assert "not asked needs UNWIND_COINALYZE_KEY" in told["coinalyze/open_interest_1d"]
    assert "not asked needs UNWIND_BITCOIND_URL" in told[NODE]
    assert "not asked only by choice: UNWIND_ALSO=tardis" in told["tardis/options_chain_first_of_month"]
    # Asked on another day than the first days of a month, this one has no question.
    monkeypatch.setenv("UNWIND_ALSO", "tardis")
    monkeypatch.setenv("UNWIND_NOW", "2026-03-20T12:00:00")
    assert probe(["tardis"]) == 0
    (told_of_tardis,) = lines(capsys.readouterr().out).values()
    assert told_of_tardis.startswith("not asked nothing to ask about 2026-03-08 to 2026-03-17")
    assert exchange.log == []
    assert probe(["no_such"]) == 1
    assert "no source or dataset called no_such" in capsys.readouterr().err


def test_a_real_answer_that_fits_is_remembered_as_proof(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNWIND_NOW", "2026-11-01T12:00:00")
    with Scripted(lambda _: Answer(UTXO_SET.body)) as node:
        monkeypatch.setenv("UNWIND_BITCOIND_URL", node.url)
        assert probe([NODE]) == 0
        assert lines(capsys.readouterr().out)[NODE].endswith("real answer of 2026-11-01")
        # An error proves nothing, and what was proven stays so.
        node.answer = lambda _: Answer(b'{"error": {"message": "warming up"}, "result": null}')
        monkeypatch.setenv("UNWIND_NOW", "2026-11-02T12:00:00")
        assert probe([NODE]) == 1
        told = lines(capsys.readouterr().out)[NODE]
        assert "warming up" in told
        assert told.endswith("real answer of 2026-11-01")
    assert orjson.loads((data / "proofs.json").read_bytes()) == {NODE: "2026-11-01T12:00"}
