#!/usr/bin/python3
"""Makes the known answers in Tests/SodiumCryptoTests/Vectors from implementations that are not Warder's.

Usage: contrib/vectors/make.py (Debian: python3, python3-argon2). The output is the same at every run.
BLAKE2b is Python's hashlib, Argon2id is argon2-cffi. x25519.json and xchacha20poly1305.json are not made here: they are the texts of
RFC 7748 and draft-irtf-cfrg-xchacha-03.
"""

import hashlib
import json
import pathlib
import struct

from argon2.low_level import Type, hash_secret_raw

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "SodiumCryptoTests" / "Vectors"


def length_prefixed(part: bytes) -> bytes:
    return struct.pack("<Q", len(part)) + part


def keyed_hash(key: bytes, label: str, parts: list[bytes]) -> str:
    """H(key, label, p1 ... pn) of Sources/SodiumCrypto/KeyedHash.swift; an empty key means no key."""
    message = b"".join(length_prefixed(part) for part in [label.encode(), *parts])
    return hashlib.blake2b(message, digest_size=32, key=key).hexdigest()


def counting(length: int, start: int = 0) -> bytes:
    return bytes((start + i) % 256 for i in range(length))


def hash_vectors() -> list[dict]:
    keys = [b"", counting(32), bytes([255] * 32)]
    part_lists = [
        [],
        [b""],
        [b"", b""],
        [b"abc"],
        [b"a", b"bc"],
        [b"ab", b"c"],
        [counting(127)],
        [counting(128)],
        [counting(129)],
        [counting(1000), b"", counting(3, 250)],
        [counting(5_000)],
    ]
    return [
        {"key": key.hex(), "label": label, "parts": [part.hex() for part in parts], "digest": keyed_hash(key, label, parts)}
        for key in keys
        for label in ["test", "slot/kek"]
        for parts in part_lists
    ]


def argon2_vectors() -> list[dict]:
    cases = [
        (b"password", counting(16), 1, 8),
        (b"password", counting(16), 3, 8),
        (b"", counting(16, 16), 2, 64),
        ("na\u00efve \u20ac".encode(), bytes(16), 4, 32),
        (counting(200), bytes([255] * 16), 1, 1000),
        (b"correct horse battery staple", counting(16, 100), 2, 19 * 1024),
        (b"correct horse battery staple", counting(16, 100), 3, 64 * 1024),
    ]
    return [
        {
            "passphrase": passphrase.hex(),
            "salt": salt.hex(),
            "passes": passes,
            "memory": kibibytes * 1024,
            "key": hash_secret_raw(passphrase, salt, passes, kibibytes, 1, 32, Type.ID, 19).hex(),
        }
        for passphrase, salt, passes, kibibytes in cases
    ]


def write(name: str, source: str, vectors: list[dict]) -> None:
    text = json.dumps({"source": source, "vectors": vectors}, indent=2) + "\n"
    (VECTORS / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}.json: {len(vectors)} vectors")


if __name__ == "__main__":
    write("blake2b", "Python hashlib.blake2b, by contrib/vectors/make.py", hash_vectors())
    write("argon2id", "argon2-cffi, by contrib/vectors/make.py", argon2_vectors())
