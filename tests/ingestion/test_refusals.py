"""Hosts that refuse us, are busy or have no such data: who is asked again, when, and what becomes of keys."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestion.contract import Pace, find
from ingestion.errors import NotServed, SourceBlocked, SourceUnavailable, UnwindError
from ingestion.http import LiveClient
from ingestion.places import Places
from ingestion.quarantine import keep_rejected
from ingestion.refusals import Refusals
from ingestion.request import Request
from ingestion.settings import Settings
from tests.loopback.scripted import Answer, Question, Scripted

NOON = datetime(2026, 3, 10, 12)
SPOT_HOST, CHAIN_HOST = "data-api.binance.vision", "mempool.space"
SPOT = Request("binance_spot", "klines_1h", f"https://{SPOT_HOST}/klines?symbol=BTCUSDT", "json")
CHAIN = Request("mempool_space", "blocks", f"https://{CHAIN_HOST}/api/blocks", "json")
HEADER = Request("coinalyze", "liquidations_1d", "https://api.coinalyze.net/v1/history?symbols=A", "json")
QUERY = Request("fred_api", "observations", "https://api.stlouisfed.org/fred/observations?series_id=DFF", "json")
NODE = Request("bitcoind", "utxo_set_info", "https://bitcoind/rest/info?a=1", "json")
CANARY = "canary/Zq81+x9"
PAYLOADS = Path(__file__).parents[1] / "payloads"


class World:
    """One server in place of every host, and a data folder that outlives any number of clients."""

    def __init__(self, server: Scripted, data: Path) -> None:
        self.server = server
        self.data = data

    def answers(self, *, host: str = "", body: bytes = b"[]", status: int = 200, **headers: str) -> None:
        """The one answer of a host from now on (of all hosts by default); the others are well."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        good, told = Answer(), Answer(body, status, named)
        self.server.answer = lambda question: told if host in ("", question.host) else good

    def in_turn(self, *answers: Answer) -> None:
        """One answer after the other; the last one stays."""
        left = list(answers)
        self.server.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def client(self, at: datetime = NOON, ignores_refusals: bool = False) -> LiveClient:
        """A process of its own: it shares nothing with the others but the data folder."""
        settings = Settings(data_dir=self.data, mirror=self.server.url, now=at, retry_wait_seconds=0.002)
        kept = Places(self.data)
        return LiveClient(settings, lambda *rejected: keep_rejected(kept, *rejected), ignores_refusals)

    def fetch(self, request: Request, at: datetime = NOON, ignores_refusals: bool = False) -> int:
        """Ask once in a new process; returns how many calls it cost."""
        before = len(self.server.log)
        with self.client(at, ignores_refusals) as client, suppress(SourceUnavailable):
            client.fetch(request)
        return len(self.server.log) - before

    def standing(self, at: datetime = NOON) -> list[str]:
        return [refusal.host for refusal in Refusals(self.data / "hosts").all(at)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Scripted(lambda _: Answer()) as server:
        yield World(server, tmp_path)


def test_a_ban_is_remembered_by_every_process_until_it_has_ended(world: World) -> None:
    world.answers(host=SPOT_HOST, status=418, Retry_After="7200")
    assert world.fetch(SPOT) == 1
    world.answers()
    with world.client(NOON + timedelta(minutes=119)) as later:
        with pytest.raises(SourceBlocked, match=r"until 2026-03-10 14:00Z: .*418, the host has banned us"):
            later.fetch(SPOT)
        assert later.fetch(CHAIN), "other hosts go on"
    assert [seen.host for seen in world.server.log] == [SPOT_HOST, CHAIN_HOST]
    assert world.fetch(SPOT, NOON + timedelta(minutes=120)) == 1


@pytest.mark.parametrize(
    ("status", "body", "lasts"),
    [
        pytest.param(418, b"", timedelta(minutes=10), id="418"),
        pytest.param(403, (PAYLOADS / "error_bybit_403.txt").read_bytes(), timedelta(minutes=10), id="403"),
        pytest.param(403, b"configured to block access from your country", None, id="403 for a country"),
        pytest.param(451, (PAYLOADS / "error_binance_451.json").read_bytes(), None, id="451"),
        pytest.param(401, b"Invalid API key", timedelta(0), id="401"),
    ],
)
def test_a_refusal_without_a_time_lasts_as_long_as_its_kind(
    world: World, status: int, body: bytes, lasts: timedelta | None
) -> None:
    world.answers(status=status, body=body)
    world.fetch(SPOT)
    after = [timedelta(0), timedelta(minutes=9), timedelta(minutes=10), timedelta(days=900)]
    standing = [bool(world.standing(NOON + passed)) for passed in after]
    assert standing == [lasts is None or passed < lasts for passed in after]


@pytest.mark.parametrize("told", ["99999999999999", "1e9", "²", "soon"])
def test_a_ban_of_a_strange_length_is_a_ban(world: World, told: str) -> None:
    world.answers(status=418, Retry_After=told)
    with world.client() as client, pytest.raises(SourceBlocked):
        client.fetch(SPOT)
    assert world.standing() == [SPOT_HOST]


def test_a_host_that_two_sources_ask_is_paced_and_refuses_by_its_own_name(world: World) -> None:
    """Option trades come from the host of all trades, not from the one that stands in their contract."""
    history, live = "history.deribit.com", "www.deribit.com"
    trades = Request("deribit_options", "option_trades", f"https://{history}/api/v2/public/trades?a=1", "json")
    chain = Request("deribit_options", "book_summary", f"https://{live}/api/v2/public/summary?a=1", "json")
    liquidations = replace(trades, source="deribit_history", dataset="liquidation_trades")
    with world.client() as client:
        assert client._pace(trades) is client._pace(liquidations)
        assert client._pace(trades) is not client._pace(chain)
    world.answers(host=history, status=418, Retry_After="3600")
    assert world.fetch(trades) == 1
    assert world.standing() == [history]
    assert [world.fetch(request) for request in (trades, liquidations, chain)] == [0, 0, 1]


def test_a_host_is_asked_at_the_pace_of_its_own_contract_whoever_asks_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, history = find("deribit_options/option_trades"), find("deribit_history/liquidation_trades")
    slow = replace(history, pace=Pace(requests=1, seconds=60.0))
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (options, slow))
    trades = Request(options.source, options.name, f"https://{history.host}/trades", "json")
    elsewhere = replace(trades, url="https://elsewhere.example/trades")
    with world.client() as client:
        assert client._pace_of(history.host, trades) == slow.pace
        assert client._pace_of("elsewhere.example", elsewhere) == options.pace


def test_every_refusal_in_force_is_listed(world: World) -> None:
    world.answers(status=451)
    world.fetch(SPOT)
    world.answers(status=418)
    world.fetch(CHAIN)
    assert world.standing() == [SPOT_HOST, CHAIN_HOST]
    assert world.standing(NOON + timedelta(hours=1)) == [SPOT_HOST]


@pytest.mark.parametrize("answer", [200, 404])
def test_a_probe_asks_in_spite_of_a_refusal_and_forgets_it_when_the_host_answers(world: World, answer: int) -> None:
    world.answers(status=451)
    world.fetch(SPOT)
    assert world.fetch(SPOT, ignores_refusals=True) == 1
    assert world.standing() == [SPOT_HOST], "it still refuses"
    world.answers(status=answer)
    assert world.fetch(SPOT) == 0
    assert world.fetch(SPOT, ignores_refusals=True) == 1
    assert world.standing() == []
    assert world.fetch(SPOT) == 1


@pytest.mark.parametrize(
    ("payload", "status"),
    [("error_deribit_10028.json", 400), ("error_okx_50011.json", 200), ("error_bybit_10006.json", 200)],
)
def test_a_rate_limit_told_in_a_body_is_asked_again(world: World, payload: str, status: int) -> None:
    busy = Answer((PAYLOADS / payload).read_bytes(), status)
    world.in_turn(busy, busy, Answer(b'[{"code": "0"}]'))
    with world.client() as client:
        assert client.fetch(SPOT)[0].body == b'[{"code": "0"}]'
    assert len(world.server.log) == 3
    world.in_turn(busy)
    with world.client() as client, pytest.raises(SourceUnavailable, match=rf"status {status} \(5 tries\)") as raised:
        client.fetch(SPOT)
    assert not isinstance(raised.value, NotServed), "the series is there, the host has no time for it"


@pytest.mark.parametrize("answer", [Answer(b"no such symbol", 400), Answer(b"", 404), Answer(b"", 410)], ids=str)
def test_a_host_that_has_no_such_data_is_well(world: World, answer: Answer) -> None:
    world.in_turn(answer)
    with world.client() as client:
        for _ in range(4):
            with pytest.raises(NotServed, match=str(answer.status)):
                client.fetch(SPOT)
        world.answers()
        assert client.fetch(SPOT)


def test_what_a_mirror_does_not_have_is_told_as_that(world: World) -> None:
    world.answers(status=404, X_Mirror="absent")
    with world.client() as client:
        for _ in range(4):
            with pytest.raises(NotServed, match="the mirror has no such data"):
                client.fetch(SPOT)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 418, 451, 500], ids=str)
@pytest.mark.parametrize(
    ("request_", "variable", "sent"),
    [
        pytest.param(HEADER, "UNWIND_COINALYZE_KEY", lambda seen: seen.headers["api_key"], id="header"),
        pytest.param(QUERY, "UNWIND_FRED_KEY", lambda seen: seen.value("api_key"), id="query"),
    ],
)
def test_a_key_is_sent_and_told_to_nobody_even_when_the_host_repeats_it(
    world: World,
    request_: Request,
    variable: str,
    sent: Callable[[Question], str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    # A line break pasted along is not part of it.
    monkeypatch.setenv(variable, f"{CANARY}\n")
    monkeypatch.setattr("ingestion.pace.HostPace.wait", lambda *_: 0.0)

    def answer(seen: Question) -> Answer:
        echo = (
            f'{{"error": "bad key {sent(seen)}", "asked": "{seen.path}", "js": "{CANARY.replace("/", chr(92) + "/")}"}}'
        )
        return Answer(echo.encode(), status, {"Content-Type": "application/json"})

    world.server.answer = answer
    with world.client() as client:
        try:
            (capture,) = client.fetch(request_)
            told = repr(capture)
            assert capture.url == request_.url
        except UnwindError as error:
            told = f"{error!r} {error.__cause__!r}"
    assert {sent(seen) for seen in world.server.log} == {CANARY}
    kept = b"".join(path.read_bytes() for path in world.data.rglob("*") if path.is_file()).decode()
    for text in (told, kept, caplog.text):
        assert "canary" not in text


def test_a_key_that_no_header_can_carry_is_not_quoted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWIND_COINALYZE_KEY", "canary\n12")
    with world.client() as client, pytest.raises(SourceUnavailable) as raised:
        client.fetch(HEADER)
    assert "canary" not in str(raised.value)


def test_a_node_of_ones_own_is_asked_where_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWIND_BITCOIND_URL", f"{world.server.url}/node/")
    monkeypatch.setenv("UNWIND_BITCOIND_AUTH", "Basic canary")
    with LiveClient(Settings(data_dir=world.data, now=NOON)) as client:
        (capture,) = client.fetch(NODE)
    (seen,) = world.server.log
    assert (seen.path, seen.headers["Authorization"]) == ("/node/rest/info?a=1", "Basic canary")
    assert capture.url == NODE.url


def test_who_has_not_set_a_key_or_an_address_is_told_which(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keyed, node = find("fred_api/observations"), find("bitcoind/utxo_set_info")
    with world.client() as client:
        assert (client.not_asked(keyed), client.not_asked(node)) == (
            "needs UNWIND_FRED_KEY",
            "needs UNWIND_BITCOIND_URL",
        )
        monkeypatch.setenv("UNWIND_FRED_KEY", "k")
        assert client.not_asked(keyed) is None
