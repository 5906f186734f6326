"""A real homeserver of our own: Synapse, embedded, for the demo, the tests and the bench.

It knows no other, unless it is `federated`: two that are reach each other over the loopback.
Synapse lives in an environment of its own and runs as a process of its own; all that
passes between it and us is HTTP and a folder with its configuration.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import aiohttp

from flows.ids import UserId

REPOSITORY: Final = Path(__file__).resolve().parent.parent
PYTHON_VARIABLE: Final = "RUNDA_SYNAPSE_PYTHON"

START_TIMEOUT_S: Final = 90.0
"""Synapse needs 2.5 s by itself, and many times that beside other work."""
STOP_TIMEOUT_S: Final = 10.0
POLL_S: Final = 0.03

# Below 32768 begins what Linux hands out to outgoing connections. A port from there could
# be taken between two starts, by a client that is trying to reach this very homeserver.
PORTS: Final = range(20_000, 32_000)
ROOM_IN_MEMORY: Final = 1 << 30
"""Bytes free in /dev/shm from which on we put a homeserver there."""

_NO_LIMIT: Final = {"per_second": 100_000, "burst_count": 100_000}
LIFTED_LIMITS: Final[dict[str, Any]] = {
    "rc_message": _NO_LIMIT,
    "rc_registration": _NO_LIMIT,
    "rc_login": {"address": _NO_LIMIT, "account": _NO_LIMIT, "failed_attempts": _NO_LIMIT},
    "rc_joins": {"local": _NO_LIMIT, "remote": _NO_LIMIT},
    "rc_joins_per_room": _NO_LIMIT,
    "rc_invites": {"per_room": _NO_LIMIT, "per_user": _NO_LIMIT, "per_issuer": _NO_LIMIT},
    "rc_room_creation": _NO_LIMIT,
    "rc_admin_redaction": _NO_LIMIT,
    "rc_media_create": _NO_LIMIT,
    "rc_key_requests": _NO_LIMIT,
    "rc_presence": {"per_user": _NO_LIMIT},
    "rc_profile": _NO_LIMIT,
    "rc_user_directory": _NO_LIMIT,
}

# Two homeservers of ours speak TLS, with certificates that nobody vouches for, at addresses that
# Synapse keeps away from by itself. What failed is tried again soon: a test is waiting.
_FEDERATION: Final[dict[str, Any]] = {
    "federation_verify_certificates": False,
    "ip_range_blacklist": [],
    "federation_ip_range_blacklist": [],
    "federation": {
        "client_timeout": "5s",
        "destination_min_retry_interval": "1s",
        "destination_max_retry_interval": "2s",
        "destination_retry_multiplier": 1,
        "max_short_retries": 1,
        "max_short_retry_delay": "1s",
        "max_long_retries": 2,
        "max_long_retry_delay": "2s",
    },
    "rc_federation": {"window_size": 1000, "sleep_limit": 10_000, "reject_limit": 10_000},
}
_CERTIFICATE: Final = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    *("-keyout", "tls.key", "-out", "tls.crt"),
)


class HomeserverError(Exception):
    """The embedded homeserver cannot be started, or refused what was asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody registered, with a device that is logged in."""

    user_id: UserId
    device_id: str
    access_token: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """What a homeserver must keep from one start to the next."""

    port: int
    registration_secret: str
    macaroon_secret: str
    form_secret: str
    signing_key: str

    @classmethod
    def new(cls) -> _Identity:
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        return cls(
            port=_free_port(),
            registration_secret=secrets.token_hex(),
            macaroon_secret=secrets.token_hex(),
            form_secret=secrets.token_hex(),
            signing_key=f"ed25519 a_{secrets.token_hex(2)} {key}\n",
        )

    @classmethod
    def of(cls, folder: Path) -> _Identity:
        """The identity kept in `folder`; a new one, which is then kept, if there is none."""
        kept = folder / "identity.json"
        if kept.exists():
            return cls(**json.loads(kept.read_text(encoding="utf-8")))
        identity = cls.new()
        names = ("port", "registration_secret", "macaroon_secret", "form_secret", "signing_key")
        _write_json(kept, {name: getattr(identity, name) for name in names})
        return identity


class Homeserver:
    """One Synapse on the loopback, with a port, a database and secrets of its own.

    May be stopped or killed and started again, with the same port and data. As a context
    manager it starts, and in the end stops and removes the folder if it made it. Bound to
    no event loop: a test may kill what a fixture started in another loop.

    Args:
        folder: kept between runs if given; else a new one, in memory where there is room.
        realistic_limits: keep Synapse's own rate limits, which a person would meet.
        room_version: of rooms made without asking for one; None leaves it to Synapse.
        federation_port: where other homeservers reach it; None for one that knows no other.
            See `federated`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        realistic_limits: bool = False,
        server_name: str = "runda.test",
        room_version: str | None = None,
        federation_port: int | None = None,
    ) -> None:
        self.server_name = server_name
        self.folder = _new_folder() if folder is None else folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._is_ours = folder is None
        self._realistic_limits = realistic_limits
        self._room_version = room_version
        self._federation_port = federation_port
        self._identity = _Identity.of(self.folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._admin: Account | None = None

    @classmethod
    def federated(cls, *, at: int | None = None) -> Self:
        """One that other federated ones on this machine reach, and their people its own.

        The port stands in its name, so that nobody has to be asked where it listens.

        Args:
            at: the port in its name, where something else listens and passes on what comes to
                `federation_port`; None if nothing stands between.
        """
        port = _free_port()
        return cls(server_name=f"localhost:{at or port}", federation_port=port)

    @property
    def federation_port(self) -> int | None:
        """Where it hears other homeservers."""
        return self._federation_port

    @property
    def url(self) -> str:
        """Base address of the client API."""
        return f"http://127.0.0.1:{self._identity.port}"

    @property
    def is_running(self) -> bool:
        """True from start to stop, as long as the process has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running Synapse."""
        if self._process is None:
            raise HomeserverError("The homeserver is not running; start it first.")
        return self._process.pid

    async def __aenter__(self) -> Self:
        """Start."""
        try:
            await self.start()
        except BaseException:
            self.remove()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and remove the folder if it is ours."""
        await self.stop()
        self.remove()

    # ------------------------------------------------------------------ its life

    async def start(self) -> None:
        """Start Synapse and wait until it answers; does nothing if it runs.

        Raises:
            HomeserverError: with the end of Synapse's log.
        """
        if self.is_running:
            return
        self._write_configuration()
        self._process = self._launch(find_interpreter())
        try:
            await self._wait_until_ready(self._process)
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """Ask Synapse to end, and make it end after ten seconds. The data stays."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, STOP_TIMEOUT_S)
        await self.kill()

    async def kill(self) -> None:
        """End Synapse at once, as a power cut would. The data stays."""
        if self._process is None:
            return
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def remove(self) -> None:
        """Remove the folder, unless it was given to us. Stop first."""
        if self._is_ours:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, interpreter: Path) -> subprocess.Popen[bytes]:
        leash = [Path(__file__).with_name("leash.py"), self.folder if self._is_ours else "-"]
        command = [interpreter, "-I", *leash, "synapse.app.homeserver", "-c", "homeserver.json"]
        with (self.folder / "output.log").open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal is for us; we then stop Synapse in our own order.
                start_new_session=True,
            )

    async def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                if (status := process.poll()) is not None:
                    raise self._failure(f"Synapse ended with status {status} while starting")
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.url}/health") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(POLL_S)
        raise self._failure(f"Synapse did not answer at {self.url} within {START_TIMEOUT_S:.0f} s")

    def _failure(self, what: str) -> HomeserverError:
        logs = (self.folder / name for name in ("output.log", "synapse.log"))
        tail = "".join(log.read_text(errors="replace")[-3000:] for log in logs if log.exists())
        return HomeserverError(f"{what}. The end of its log:\n{tail.strip() or '(empty)'}")

    def _write_configuration(self) -> None:
        (self.folder / "signing.key").write_text(self._identity.signing_key, encoding="ascii")
        if self._federation_port is not None:
            self._make_certificate()
        _write_json(self.folder / "logging.json", self._logging())
        _write_json(self.folder / "homeserver.json", self._configuration())

    def _make_certificate(self) -> None:
        """A key for TLS, and the certificate that we issue for it ourselves."""
        if (self.folder / "tls.crt").exists():
            return
        try:
            subprocess.run(_CERTIFICATE, cwd=self.folder, check=True, capture_output=True)
        except FileNotFoundError as error:
            raise HomeserverError(
                "A federated homeserver needs a certificate, and openssl, which makes it, is not "
                "here. Install it: sudo apt-get install openssl"
            ) from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace")
            raise HomeserverError(f"openssl made no certificate: {said}") from error

    def _federation(self) -> dict[str, Any]:
        if self._federation_port is None:
            return {}
        return {
            "tls_certificate_path": str(self.folder / "tls.crt"),
            "tls_private_key_path": str(self.folder / "tls.key"),
            **_FEDERATION,
        }

    def _listeners(self) -> list[dict[str, Any]]:
        listeners = [_listener(self._identity.port, "client", tls=False)]
        if self._federation_port is not None:
            listeners.append(_listener(self._federation_port, "federation", tls=True))
        return listeners

    def _configuration(self) -> dict[str, Any]:
        return {
            "server_name": self.server_name,
            "public_baseurl": f"{self.url}/",
            "pid_file": str(self.folder / "synapse.pid"),
            "listeners": self._listeners(),
            "database": {
                "name": "sqlite3",
                "args": {"database": str(self.folder / "synapse.db")},
            },
            "log_config": str(self.folder / "logging.json"),
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "registration_shared_secret": self._identity.registration_secret,
            "macaroon_secret_key": self._identity.macaroon_secret,
            "form_secret": self._identity.form_secret,
            "report_stats": False,
            # Work done at every message for what nobody here looks at.
            "presence": {"enabled": False},
            "stats": {"enabled": False},
            "trusted_key_servers": [],
            # Two syncs from the same position must not be answered from a cache.
            "caches": {"sync_response_cache_duration": "0s"},
            # The cheapest hash: these passwords guard nothing, and registering is then quick.
            "bcrypt_rounds": 4,
            **({"default_room_version": self._room_version} if self._room_version else {}),
            **({} if self._realistic_limits else LIFTED_LIMITS),
            **self._federation(),
        }

    def _logging(self) -> dict[str, Any]:
        file = {"class": "logging.FileHandler", "filename": str(self.folder / "synapse.log")}
        formatted = {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
        return {
            "version": 1,
            "formatters": {"line": formatted},
            "handlers": {"file": {**file, "formatter": "line"}},
            "root": {"level": "WARNING", "handlers": ["file"]},
            "disable_existing_loggers": False,
        }

    # ---------------------------------------------------------------- its people

    async def register(
        self, name: str, *, password: str | None = None, admin: bool = False
    ) -> Account:
        """Register somebody; `name` is the part before the colon, without the @.

        Args:
            password: a random one if None.
        """
        password = password or secrets.token_urlsafe()
        path = "/_synapse/admin/v1/register"
        nonce = (await self._request("GET", path))["nonce"]
        role = "admin" if admin else "notadmin"
        signed = f"{nonce}\0{name}\0{password}\0{role}".encode()
        # SHA-1 is what Synapse's registration API asks for.
        mac = hmac.new(self._identity.registration_secret.encode(), signed, hashlib.sha1)
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin}
        made = await self._request("POST", path, {**body, "mac": mac.hexdigest()})
        return Account(
            user_id=UserId(made["user_id"]),
            device_id=made["device_id"],
            access_token=made["access_token"],
            password=password,
        )

    async def set_displayname(self, account: Account, name: str) -> None:
        """Give somebody the name that others see."""
        path = f"/_matrix/client/v3/profile/{quote(account.user_id)}/displayname"
        await self._request("PUT", path, {"displayname": name}, token=account.access_token)

    async def lift_rate_limit(self, user_id: UserId) -> None:
        """Let one account send without limit, as operators are advised to do for a bot."""
        path = f"/_synapse/admin/v1/users/{quote(user_id)}/override_ratelimit"
        no_limit = {"messages_per_second": 0, "burst_count": 0}
        await self._request("POST", path, no_limit, token=await self._admin_token())

    async def delete_media_of(self, user_id: UserId) -> int:
        """Delete what an account has uploaded, as operators are advised to; returns how much."""
        path = f"/_synapse/admin/v1/users/{quote(user_id)}/media?limit=1000"
        answer = await self._request("DELETE", path, token=await self._admin_token())
        return int(answer["total"])

    async def _admin_token(self) -> str:
        if self._admin is None:
            name = f"admin-{secrets.token_hex(4)}"
            self._admin = await self.register(name, admin=True)
        return self._admin.access_token

    async def _request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, token: str = ""
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            aiohttp.ClientSession(self.url, headers=headers) as session,
            session.request(method, path, json=body) as answer,
        ):
            said: dict[str, Any] = await answer.json()
        if not answer.ok:
            raise HomeserverError(f"{method} {path}: {answer.status} {said}")
        return said


def find_interpreter() -> Path:
    """The Python that has Synapse installed.

    Raises:
        HomeserverError: there is none.
    """
    chosen = os.environ.get(PYTHON_VARIABLE)
    interpreter = Path(chosen) if chosen else REPOSITORY / ".venv-synapse" / "bin" / "python"
    if interpreter.exists():
        return interpreter
    raise HomeserverError(
        f"There is no homeserver to start: {interpreter} does not exist. Run `make setup`,"
        f" or let {PYTHON_VARIABLE} name a Python that has matrix-synapse installed."
    )


def _new_folder() -> Path:
    """A folder that only we can read, in memory if there is room: no disk to wait for."""
    memory = Path("/dev/shm")  # noqa: S108  the folder made in it is new and ours alone
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return Path(tempfile.mkdtemp(prefix="runda-homeserver-", dir=memory if roomy else None))


def _listener(port: int, resource: str, *, tls: bool) -> dict[str, Any]:
    return {
        "type": "http",
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "tls": tls,
        "resources": [{"names": [resource]}],
    }


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
