"""Stopping the server that `./dev run` started."""

import subprocess
import sys

from tools.devtool import server

SLOW = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit()))
print("ready", flush=True)
time.sleep(60)
"""


def test_stop_waits_for_the_end(tmp_path, monkeypatch):
    """`./dev stop` ended PostgreSQL under a server that was still ending: the last that a person
    saw was a traceback."""
    monkeypatch.setattr(server, "PID_FILE", tmp_path / "run.pid")
    command = [sys.executable, "-c", SLOW, str(server.DEV)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        server.PID_FILE.write_text(str(process.pid))
        assert server.stop()
        assert process.poll() == 0


def test_nothing_to_stop(tmp_path, monkeypatch):
    """Another program that has the number by now is left alone."""
    monkeypatch.setattr(server, "PID_FILE", tmp_path / "run.pid")
    assert not server.stop()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        server.PID_FILE.write_text(str(other.pid))
        assert not server.stop()
        assert other.poll() is None
        other.communicate()
