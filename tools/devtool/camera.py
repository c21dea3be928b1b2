"""Takes pictures of pages in a headless browser; run by the Python that has Odoo's test libraries.

    python -m tools.devtool.camera BASE DATABASE LOGIN BROWSER [--measure] < shots.json

Each shot of the list is a dict with ``file``, ``url``, ``width`` and ``height`` (CSS pixels), and
``wait``, a selector that is on the page when it is ready; ``done`` may hold a script to run then,
and a selector that is there afterwards. With ``--measure`` prints what is wrong on each page,
called by its ``title``, and goes on where one is not ready.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websocket

PATIENCE = 60
# What is wrong on a page, as a list of texts.
MEASURE = """(() => {
    const found = [];
    const wide = document.documentElement;
    if (wide.scrollWidth > wide.clientWidth + 1) {
        found.push(`page is ${wide.scrollWidth} px wide`);
    }
    const seen = (el) => el.offsetParent !== null;
    const sheet = document.querySelector(".o_form_sheet_bg, .o_form_view .o_content");
    if (sheet && sheet.scrollWidth > sheet.clientWidth + 1) {
        found.push(`form is ${sheet.scrollWidth - sheet.clientWidth} px too wide`);
    }
    const cut = new Set();
    const LABELS = "label.o_form_label, .btn, .nav-link, .o_badge, .badge, th .text-truncate, " +
        "th > div, .o_stat_text";
    for (const el of document.querySelectorAll(`.o_action_manager :is(${LABELS})`)) {
        if (seen(el) && el.textContent.trim() && el.scrollWidth > el.clientWidth + 1) {
            cut.add(el.textContent.trim().slice(0, 40));
        }
    }
    if (cut.size) { found.push(`cut: ${[...cut].join(" | ")}`); }
    const primary = [...document.querySelectorAll(".o_action_manager .btn-primary")].filter(seen)
        .filter((el) => !el.closest(".o_searchview, .o_kanban_record, .o_data_row"));
    if (primary.length > 1) {
        found.push(`primary: ${primary.map((el) => el.textContent.trim()).join(" | ")}`);
    }
    if (document.querySelector(".o_error_dialog, .o_notification_body .text-danger")) {
        found.push("an error is shown");
    }
    return found;
})()"""


def main(base: str, database: str, login: str, browser: str, measure: str = "") -> None:
    with browsing(browser, base, log_in(base, database, login)) as tab:
        for shot in json.load(sys.stdin):
            if not measure:
                tab.take(base, **shot)
                continue
            title = shot.pop("title")
            try:
                found = tab.take(base, **shot)
            except NotReady as error:
                found = [str(error)]
            for remark in found:
                print(f"{title}: {remark}", flush=True)


@contextmanager
def browsing(browser: str, base: str, session: str) -> Iterator[Tab]:
    """The tab of a browser of its own, in which somebody is logged in."""
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
            yield tab
        finally:
            process.terminate()
            process.wait()


def log_in(base: str, database: str, login: str) -> str:
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


class NotReady(Exception):
    """A page did not show what it should."""


class Tab:
    """A tab of the browser."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=PATIENCE)
        self.number = 0
        # What pages wrote to the console as an error, and what they did not catch, once
        # ``Runtime.enable`` was asked for.
        self.errors: list[str] = []

    def ask(self, method: str, **params) -> dict:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            self._note(answer.get("method"), answer.get("params"))
            if answer.get("id") == self.number:
                return answer.get("result", {})

    def _note(self, event: str, told: dict) -> None:
        if event == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"])[:300])
        elif event == "Runtime.consoleAPICalled" and told["type"] == "error":
            self.errors.append(str(told["args"])[:300])

    def take(
        self, base: str, file: str, url: str, width: int, height: int, wait: str, done: list[str]
    ) -> list[str]:
        """Take one picture.

        :return: what is wrong on the page
        """
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.ask("Page.navigate", url=base + url)
        self._wait_for(wait, url)
        if done:
            script, wait = done
            self.ask("Runtime.evaluate", expression=script, awaitPromise=True)
            self._wait_for(wait, url)
        # Pictures and charts of the page come a moment later.
        time.sleep(2)
        picture = self.ask("Page.captureScreenshot")["data"]
        Path(file).write_bytes(base64.b64decode(picture))
        found = self.ask("Runtime.evaluate", expression=MEASURE, returnByValue=True)
        return found["result"].get("value", [])

    def _wait_for(self, selector: str, url: str) -> None:
        for _ in range(PATIENCE * 2):
            time.sleep(0.5)
            found = self.ask(
                "Runtime.evaluate", expression=f"!!document.querySelector({json.dumps(selector)})"
            )
            if found.get("result", {}).get("value"):
                return
        raise NotReady(f"{url}: no {selector}")


if __name__ == "__main__":
    main(*sys.argv[1:])
