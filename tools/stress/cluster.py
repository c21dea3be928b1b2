"""A PostgreSQL server of its own that may crash: on a disk that keeps its promises."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from tools.bench import database
from tools.devtool import postgres
from tools.devtool.console import Failure
from tools.devtool.system import client_program

# Unlike the project's cluster, what was committed survives.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '.'
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 256MB
jit = off
dynamic_shared_memory_type = mmap
"""
START_SECONDS = 60


class Cluster:
    """A new cluster with a copy of database ``name``; the PG* variables lead to it until it is
    removed."""

    def __init__(self, name):
        self.folder = Path(tempfile.mkdtemp(prefix="tiering-stress-", dir="/var/tmp"))
        self.data = self.folder / "data"
        if "user" in (owner := postgres.owner_options()):
            os.chown(self.folder, owner["user"], owner["group"])
        self._program("initdb", "-U", postgres.DATABASE_USER, "--auth=trust", "--encoding=UTF8")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        self.start()
        self._copy(name)
        os.environ.update(self._environment())

    def start(self):
        self._program("pg_ctl", "-w", "-t", str(START_SECONDS), "-l", self.folder / "log", "start")

    def crash(self):
        """Stop at once, without writing anything, and come back."""
        self._program("pg_ctl", "-m", "immediate", "-w", "stop")
        self.start()
        wait_for_answer()

    def remove(self):
        with contextlib.suppress(Failure):
            self._program("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self):
        return {"PGHOST": str(self.data), "PGPORT": "5432", "PGUSER": postgres.DATABASE_USER}

    def _program(self, name, *arguments):
        # A started server keeps these streams: pipes would never close.
        with (self.folder / "programs.log").open("a+") as output:
            command = [postgres.programs() / name, "-D", self.data, *arguments]
            options = {"cwd": "/", **postgres.owner_options()}
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                **options,
            )
            output.seek(0)
            if done.returncode:
                raise Failure(f"{name} failed.\n{output.read()[-2000:]}")

    def _copy(self, name):
        there = {**os.environ, **self._environment()}
        create = [client_program("createdb"), "--template=template0", "--lc-collate=C", name]
        subprocess.run(create, env=there, check=True)
        # Of the same version as the server.
        dump = [postgres.programs() / "pg_dump", "--format=plain", name]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            restore = [client_program("psql"), "-Xq", "-o", os.devnull, "-d", name]
            subprocess.run(restore, stdin=source.stdout, env=there, check=True)
        if source.returncode:
            raise Failure(f"{name} could not be copied.")


def wait_for_answer():
    """Until the server has recovered."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with database.connect(database.MAINTENANCE_DATABASE):
                return
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
