"""Takes pictures of pages in a headless browser; run by the Python that has Odoo's test libraries.

    python -m tools.devtool.camera BASE DATABASE LOGIN BROWSER < shots.json

Each shot of the list is a dict with ``file``, ``url``, ``width`` and ``height`` (CSS pixels), and
``wait``, a selector that is on the page when it is ready.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

PATIENCE = 60


def main(base: str, database: str, login: str, browser: str) -> None:
    session = _log_in(base, database, login)
    # The browser may still write while it ends.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                browser,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            tab = Tab(_address(Path(profile) / "DevToolsActivePort"))
            tab.ask("Network.enable")
            tab.ask("Network.setCookie", name="session_id", value=session, url=base)
            for shot in json.load(sys.stdin):
                tab.take(base, **shot)
        finally:
            process.terminate()
            process.wait()


def _log_in(base: str, database: str, login: str) -> str:
    """The session of a user whose password is the login, as in demo databases."""
    params = {"db": database, "login": login, "password": login}
    request = urllib.request.Request(
        f"{base}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        cookie = answer.headers["Set-Cookie"]
    return cookie.split("session_id=")[1].split(";")[0]


def _address(file: Path) -> str:
    """Where the browser's first tab is spoken to."""
    for _ in range(PATIENCE * 10):
        if file.exists() and (text := file.read_text()):
            port = text.split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                tabs = json.load(answer)
            return next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        time.sleep(0.1)
    raise SystemExit("The browser does not start.")


class Tab:
    """A tab of the browser."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=PATIENCE)
        self.number = 0

    def ask(self, method: str, **params) -> dict:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                return answer.get("result", {})

    def take(self, base: str, file: str, url: str, width: int, height: int, wait: str) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.ask("Page.navigate", url=base + url)
        for _ in range(PATIENCE * 2):
            time.sleep(0.5)
            found = self.ask(
                "Runtime.evaluate", expression=f"!!document.querySelector({json.dumps(wait)})"
            )
            if found.get("result", {}).get("value"):
                break
        else:
            raise SystemExit(f"{url}: no {wait}")
        # Pictures and charts of the page come a moment later.
        time.sleep(2)
        picture = self.ask("Page.captureScreenshot")["data"]
        Path(file).write_bytes(base64.b64decode(picture))


if __name__ == "__main__":
    main(*sys.argv[1:])
