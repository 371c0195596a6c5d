"""A picture of the dashboard that a running `make superset` shows, drawn by a Chromium without a window.

    python -m tests.soak.superset_picture http://127.0.0.1:8088 data/superset/password docs/pictures/superset.png

Of the bundled case only: others' measured data are not ours to pass on.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from orchestration.superset.dashboard import CHARTS, SLUG
from orchestration.superset.server import USER
from tests.soak.postgres import free_port

WIDTH, HEIGHT = 1400, 1720
PATIENCE_SECONDS = 120.0
STATE = "[document.querySelectorAll('.loading').length, document.querySelectorAll('.chart-container').length]"
ALERTS = "[...document.querySelectorAll('[role=alert]')].map(found => found.innerText)"


def sign_in(url: str, password: str) -> dict[str, str]:
    """The cookies of somebody who has signed in with the form."""
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as client:
        page = client.get("/login/").text
        [token] = re.findall(r'id="csrf_token"\s+value="([^"]+)', page)
        client.post("/login/", data={"username": USER, "password": password, "csrf_token": token})
        client.get("/api/v1/me/").raise_for_status()
        return dict(client.cookies.items())


async def draw(port: int, url: str, cookies: dict[str, str]) -> bytes:
    """The page once every chart is there."""
    async with connect(await _address(port), max_size=None) as browser:
        numbers = count(1)

        async def ask(method: str, **parameters: Any) -> dict[str, Any]:
            return await _ask(browser, next(numbers), method, parameters)

        async def value(expression: str) -> Any:
            return (await ask("Runtime.evaluate", expression=expression, returnByValue=True))["result"]["value"]

        for name, cookie in cookies.items():
            await ask("Network.setCookie", name=name, value=cookie, url=url)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 0.75, "mobile": False}
        await ask("Emulation.setDeviceMetricsOverride", **size)
        await ask("Page.navigate", url=f"{url}/superset/dashboard/{SLUG}/?standalone=1")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (state := await value(STATE))[0] or state[1] < len(CHARTS):
            if time.monotonic() > deadline:
                raise SystemExit(f"still loading: {state}")
            await asyncio.sleep(1)
        await asyncio.sleep(4)  # lines and bars are drawn slowly, to please
        if alerts := await value(ALERTS):
            raise SystemExit(f"the page shows alerts: {alerts}")
        return base64.b64decode((await ask("Page.captureScreenshot", format="png"))["data"])


async def _address(port: int) -> str:
    async with httpx.AsyncClient() as client:
        for _ in range(60):
            try:
                pages = (await client.get(f"http://127.0.0.1:{port}/json")).json()
                return next(str(page["webSocketDebuggerUrl"]) for page in pages if page["type"] == "page")
            except (httpx.HTTPError, StopIteration):
                await asyncio.sleep(0.5)
    raise SystemExit("Chromium did not start")


async def _ask(browser: ClientConnection, number: int, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    await browser.send(json.dumps({"id": number, "method": method, "params": parameters}))
    while True:
        told = json.loads(await browser.recv())
        if told.get("id") == number:
            return dict(told["result"])


def main(url: str, password: Path, picture: Path) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            picture.write_bytes(asyncio.run(draw(port, url, sign_in(url, password.read_text()))))
        finally:
            browser.terminate()
            browser.wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
