"""The parts of nio that we use, imported at the price of those alone."""

from __future__ import annotations

from bot.service.loading import without

# peewee, nio's store, imports the PostgreSQL driver wherever it is installed, though nio only
# uses SQLite: 0.3 s and 10 MB at each start for nothing.
with without("psycopg"):
    from nio.crypto import (
        DeviceStore,
        InboundGroupSession,
        Olm,
        OlmAccount,
        OlmDevice,
        OutboundGroupSession,
        OutgoingKeyRequest,
        Session,
    )
    from nio.events import ForwardedRoomKeyEvent, OlmEvent, ToDeviceEvent
    from nio.responses import KeysClaimResponse, KeysQueryResponse
    from nio.store import SqliteStore
    from peewee import DatabaseError as KeyStoreError
    from peewee import SqliteDatabase

__all__ = [
    "DeviceStore",
    "ForwardedRoomKeyEvent",
    "InboundGroupSession",
    "KeyStoreError",
    "KeysClaimResponse",
    "KeysQueryResponse",
    "Olm",
    "OlmAccount",
    "OlmDevice",
    "OlmEvent",
    "OutboundGroupSession",
    "OutgoingKeyRequest",
    "Session",
    "SqliteDatabase",
    "SqliteStore",
    "ToDeviceEvent",
]
