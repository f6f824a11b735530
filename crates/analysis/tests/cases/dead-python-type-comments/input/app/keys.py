from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    import keyring.backend
    import sqlite3


def is_available():
    import keyring
    import keyring.backend

    def is_valid(backend: keyring.backend.KeyringBackend) -> bool:
        return backend.priority > 0

    return is_valid(keyring.get_keyring())
