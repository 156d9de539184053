#!/usr/bin/python3
"""Independent reader of a vault file (format 1), written from "The vault format" alone.

    read_vault.py VAULT (--key-file F | --passphrase-file F | both) [--anchor FILE]
    read_vault.py --backup FILE (--key-file F | --passphrase-file F | both)

Checks the whole file, then prints everything in it as one JSON object. On failure: nothing on stdout, one line on
stderr, and an exit code: 11 no slot fits, 12 corrupt, 13 rolled back, 14 forked, 15 another vault, 16 Argon2id work
refused, 23 newer format, 24 audit trail mismatch. Nothing is ever written, so an anchor's mark is not moved up.
Needs Debian's python3-nacl and python3-argon2.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import stat
import struct
import sys
import unicodedata
import urllib.parse
from typing import Iterator, NamedTuple, NoReturn, Optional, Union

from argon2.low_level import Type, hash_secret_raw
from argon2.exceptions import HashingError
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

NO_SLOT, CORRUPT, ROLLED_BACK, FORKED, OTHER_VAULT, WORK, NEWER, AUDIT = 11, 12, 13, 14, 15, 16, 23, 24
ZERO32 = bytes(32)
SLOT_KINDS = {1: "passphrase", 2: "key-file", 3: "passphrase+key-file", 4: "recipient"}
OPERATIONS = dict(enumerate(("create", "set", "remove", "rename", "rollback", "purge", "slotAdd", "slotChange",
                             "slotRemove", "rekey", "restore", "accept", "apply", "forget", "wire", "unwire",
                             "tokenAdd", "tokenRevoke", "use", "deliver", "pause", "resume"), 1))
SCHEMA = [
    ("vault", "CREATE TABLE vault (id INTEGER PRIMARY KEY CHECK (id = 1), head BLOB NOT NULL, buckets BLOB NOT NULL) STRICT"),
    ("slot", "CREATE TABLE slot (number INTEGER PRIMARY KEY, slot BLOB NOT NULL) STRICT"),
    ("bucket", "CREATE TABLE bucket (number INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT"),
    ("record", "CREATE TABLE record (id BLOB NOT NULL, generation INTEGER NOT NULL, header BLOB NOT NULL, "
               "info BLOB NOT NULL, PRIMARY KEY (id, generation)) STRICT, WITHOUT ROWID"),
    ("value", "CREATE TABLE value (id BLOB NOT NULL, generation INTEGER NOT NULL, box BLOB NOT NULL, "
              "PRIMARY KEY (id, generation)) STRICT, WITHOUT ROWID"),
    ("audit", "CREATE TABLE audit (number INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"),
]

class Failure(Exception):
    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code

def fail(code: int, message: str) -> NoReturn:
    raise Failure(code, message)

def require(condition: bool, message: str, code: int = CORRUPT) -> None:
    if not condition:
        fail(code, message)

def same(a: bytes, b: bytes, message: str, code: int = CORRUPT) -> None:
    require(hmac.compare_digest(a, b), message, code)

def read_file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

class Cursor:
    """Takes fields from the front of a run of bytes; corrupt if there are too few."""
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        require(count <= len(self.data) - self.at, "a field ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def more(self) -> bool:
        return self.at < len(self.data)

# ---- Primitives

def u64(number: int) -> bytes:
    return number.to_bytes(8, "little")

def H(key: Optional[bytes], label: str, *parts: Union[bytes, int]) -> bytes:
    state = hashlib.blake2b(key=key or b"", digest_size=32)
    for part in (label.encode("ascii"), *parts):
        data = u64(part) if isinstance(part, int) else part
        state.update(u64(len(data)) + data)
    return state.digest()

def open_box(key: bytes, box: bytes, bound: bytes, what: str, code: int = CORRUPT) -> bytes:
    require(len(box) >= 40, f"{what} is too short", code)
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(box[24:], bound, box[:24], key)
    except CryptoError:
        fail(code, f"{what} does not open")

Keys = NamedTuple("Keys", [(name, bytes) for name in ("vault", "name", "data", "mac", "backup", "fingerprint")])

def derive_keys(root: bytes, vault: bytes) -> Keys:
    return Keys(vault, *(H(root, label, vault) for label in ("name", "data", "mac", "backup")),
                H(root, "fingerprint", vault)[:16])

def show_fingerprint(fingerprint: bytes) -> str:
    return "-".join(fingerprint[i:i + 2].hex() for i in range(0, 16, 2))

# ---- Tables

At = tuple[bytes, int]  # identifier and generation
Tables = NamedTuple("Tables", [
    ("head", bytes), ("buckets", bytes), ("slots", dict[int, bytes]), ("bucket", dict[int, bytes]),
    ("record", dict[At, tuple[bytes, bytes]]), ("value", dict[At, bytes]), ("audit", list[tuple[int, bytes]])])

def read_tables(path: str) -> Tables:
    # Mode, owner, links and directory are the writer's business.
    require(stat.S_ISREG(os.stat(path).st_mode), "not a regular file")
    with open(path, "rb") as file:
        start = file.read(100)
    require(len(start) == 100 and start[:16] == b"SQLite format 3\0", "not an SQLite file")
    require(start[18:20] == b"\1\1", "the journal is not a rollback journal")
    uri = "file:" + urllib.parse.quote(os.path.abspath(path)) + "?mode=ro"
    db = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA query_only = ON")
        db.execute("BEGIN")  # one transaction: everything below is of one moment
        for pragma, expected in (("application_id", 0x57524452), ("user_version", 1), ("encoding", "UTF-8")):
            found = db.execute(f"PRAGMA {pragma}").fetchone()[0]
            newer = pragma == "user_version" and found > 1
            require(found == expected, f"{pragma} is wrong", NEWER if newer else CORRUPT)
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
        require(found == [("table", name, name, sql) for name, sql in SCHEMA], "the schema is another one")

        def rows(query: str, *types: type) -> list[tuple]:
            result = db.execute(query).fetchall()
            require(all(list(map(type, row)) == list(types) for row in result), "a column has another type")
            return result

        def keyed(pairs: list[tuple]) -> dict:
            result = dict(pairs)
            require(len(result) == len(pairs), "a row is there twice")
            return result

        vault = rows("SELECT id, head, buckets FROM vault", int, bytes, bytes)
        require(len(vault) == 1 and vault[0][0] == 1, "vault does not have one row")
        return Tables(
            vault[0][1], vault[0][2],
            keyed(rows("SELECT number, slot FROM slot ORDER BY number", int, bytes)),
            keyed(rows("SELECT number, entries FROM bucket ORDER BY number", int, bytes)),
            keyed([((i, g), (h, f)) for i, g, h, f in
                   rows("SELECT id, generation, header, info FROM record", bytes, int, bytes, bytes)]),
            keyed([((i, g), b) for i, g, b in rows("SELECT id, generation, box FROM value", bytes, int, bytes)]),
            rows("SELECT number, entry FROM audit ORDER BY number", int, bytes))
    finally:
        db.close()

# ---- Slots

Slot = NamedTuple("Slot", [("raw", bytes), ("kind", int), ("vault", bytes), ("number", int), ("passes", int),
                           ("memory", int), ("salt", bytes), ("label", str)])

def parse_slot(raw: bytes) -> Slot:
    require(len(raw) in (208, 320), "a slot's length is wrong")
    magic, version, kind, vault, number, flags, passes, memory, algorithm, salt, label, _time = struct.unpack(
        "<4sHH16sIIIQI16s32sQ", raw[:104])
    require(magic == b"WRDS" and version > 0, "a slot's header is wrong")
    require(version == 1 and kind in SLOT_KINDS and flags == 0, "a slot is of a newer form", NEWER)
    require(len(raw) == (320 if kind == 4 else 208), "a slot's length is not that of its kind")
    if kind in (1, 3):
        require(algorithm == 2, "a slot's algorithm is not Argon2id", WORK)
    else:
        require(algorithm == 0, "a slot's algorithm is not none", WORK)
    text = label.rstrip(b"\0")
    require(b"\0" not in text, "a slot's label is wrong")
    return Slot(raw, kind, vault, number, passes, memory, salt, text.decode("utf-8"))

def check_slots(raws: list[bytes], vault: bytes) -> list[Slot]:
    require(1 <= len(raws) <= 32, "the number of slots is wrong")
    slots = [parse_slot(raw) for raw in raws]
    require(all(slot.vault == vault for slot in slots), "a slot is of another vault")
    require(all(a.number < b.number for a, b in zip(slots, slots[1:])), "slots are not in ascending order")
    require(sum(slot.kind in (1, 3) for slot in slots) <= 4, "too many passphrase slots")
    return slots

def argon2id(slot: Slot, passphrase: bytes) -> bytes:
    allowed = (2 <= slot.passes <= 16 and 64 << 20 <= slot.memory <= 2 << 30 and slot.memory % 1024 == 0
               and slot.passes * slot.memory <= 8 << 30)
    require(allowed, f"slot {slot.number}: Argon2id work is out of bounds", WORK)
    return hash_secret_raw(passphrase, slot.salt, time_cost=slot.passes, memory_cost=slot.memory // 1024,
                           parallelism=1, hash_len=32, type=Type.ID, version=0x13)

def open_slots(slots: list[Slot], key: Optional[bytes], passphrase: Optional[bytes]) -> bytes:
    """The root key, from the first slot that fits, in the order of the article."""
    for slot in sorted(slots, key=lambda slot: ([2, 4, 3, 1].index(slot.kind), slot.number)):
        header = slot.raw[:104]
        if slot.kind == 1 and passphrase is not None:
            secret = argon2id(slot, passphrase)
        elif slot.kind == 2 and key is not None:
            secret = H(key, "slot/key-file", header)
        elif slot.kind == 3 and key is not None and passphrase is not None:
            secret = H(key, "slot/both", argon2id(slot, passphrase), header)
        elif slot.kind == 4 and key is not None:
            public = slot.raw[104:136]
            if sodium.crypto_scalarmult_base(key) != public:
                continue
            try:
                secret = sodium.crypto_box_seal_open(slot.raw[136:216], public, key)
            except CryptoError:
                fail(CORRUPT, f"slot {slot.number}: the sealed box does not open")
        else:
            continue
        bound, commitment, box = slot.raw[:-104], slot.raw[-104:-72], slot.raw[-72:]
        if hmac.compare_digest(H(secret, "slot/commitment", bound), commitment):
            return open_box(H(secret, "slot/wrap", bound), box, bound + commitment, f"slot {slot.number}")
    fail(NO_SLOT, "no slot fits")

# ---- Head, index

Head = NamedTuple("Head", [("raw", bytes), ("vault", bytes), ("sequence", int), ("records", int), ("root", bytes),
                           ("entries", int), ("link", bytes), ("mac", bytes)])

def parse_head(raw: bytes) -> Head:
    require(len(raw) == 184, "the head's length is wrong")
    magic, version, flags, vault, sequence, records, _time, root, entries, link, _before, mac = struct.unpack(
        "<4sHH16sQQQ32sQ32s32s32s", raw)
    require(magic == b"WRDH" and version > 0, "the head is wrong")
    require(version == 1 and flags == 0, "the head is of a newer form", NEWER)
    return Head(raw, vault, sequence, records, root, entries, link, mac)

def read_index(tables: Tables, head: Head) -> dict[At, bytes]:
    """Checks root and buckets; gives the leaf of every (identifier, generation)."""
    require(len(tables.buckets) == 8192, "the length of buckets is wrong")
    same(H(None, "root", len(tables.slots), *tables.slots.values(), tables.buckets), head.root, "the root differs")
    require(all(0 <= number <= 255 for number in tables.bucket), "a bucket's number is wrong")
    leaves: dict[At, bytes] = {}
    for i in range(256):
        entries = tables.bucket.get(i)
        expected = ZERO32 if entries is None else H(None, "bucket", i, entries)
        same(expected, tables.buckets[32 * i:32 * i + 32], f"bucket {i} differs")
        if entries is None:
            continue
        require(len(entries) > 0 and len(entries) % 56 == 0, f"bucket {i} has a wrong length")
        last = (b"", 0)
        for identifier, generation, leaf in struct.iter_unpack("<16sQ32s", entries):
            require(identifier[0] == i and generation >= 1, f"bucket {i} has a wrong entry")
            require((identifier, generation) > last, f"bucket {i} is not in ascending order")
            last = (identifier, generation)
            leaves[last] = leaf
    require(len(leaves) == head.records, "the head has another number of records")
    return leaves

# ---- Records

def check_padding(cursor: Cursor, what: str) -> None:
    require(not any(cursor.data[cursor.at:]), f"{what}: padding is wrong")

def parse_metadata(data: bytes) -> dict:
    result: dict = {"kind": None, "expires": None, "rotate_by": None, "note": None, "labels": {}, "allowed_hosts": []}
    cursor, last, last_key = Cursor(data), 0, None
    while cursor.more():
        tag, content = cursor.number(1), cursor.take(cursor.number(4))
        require(1 <= tag <= 6, "metadata has an unknown tag", NEWER)
        require(tag > last or tag == last >= 5, "metadata is not in ascending order")
        last = tag
        if tag in (2, 3):
            require(len(content) == 8, "a time in the metadata has a wrong length")
            result["expires" if tag == 2 else "rotate_by"] = int.from_bytes(content, "little")
        elif tag == 5:
            key, zero, text = content.partition(b"\0")
            require(zero == b"\0" and (last_key is None or key > last_key), "a label in the metadata is wrong")
            last_key = key
            result["labels"][key.decode("utf-8")] = text.decode("utf-8")
        elif tag == 6:
            result["allowed_hosts"].append(content.decode("utf-8"))
        else:
            result["kind" if tag == 1 else "note"] = content.decode("utf-8")
    return result

def open_record(keys: Keys, header: bytes, info: bytes, box: Optional[bytes],
                entry: Optional[tuple[bytes, int, bytes]] = None) -> dict:
    """Opens one record. `entry` is its (identifier, generation, leaf) in the index; a backup has none."""
    require(len(header) == 56, "a record's header has a wrong length")
    magic, version, kind, vault, identifier, generation, created = struct.unpack("<4sHH16s16sQQ", header)
    leaf = H(None, "leaf", header, info)
    if entry is not None:
        same(leaf, entry[2], "a record's leaf differs")
        require((identifier, generation) == entry[:2], "a record's header is of another record")
    require(magic == b"WRDR" and version == 1 and kind in (1, 2, 3) and generation >= 1, "a record's header is wrong")
    require(vault == keys.vault, "a record is of another vault")
    cursor = Cursor(open_box(keys.data, info, header, "a record's info"))
    require(cursor.number(1) == 1, "a record's info has an unknown version")
    name_length, metadata_length = cursor.number(2), cursor.number(4)
    name, metadata = cursor.take(name_length), cursor.take(metadata_length)
    check_padding(cursor, "a record's info")
    same(H(keys.name, "name", name)[:16], identifier, "a record's name is not that of its identifier")
    require((box is not None) == (kind != 2), "a removal has a value, or a value is missing")
    require((b":" in name) == (kind == 3), "a record has a name of another kind")
    value = None
    if box is not None:
        cursor = Cursor(open_box(keys.data, box, b"WRDV" + leaf, "a value"))
        value = cursor.take(cursor.number(4))
        check_padding(cursor, "a value")
    return {"name": name.decode("utf-8"), "generation": generation, "created": created, "removed": kind == 2,
            "value_base64": None if value is None else base64.b64encode(value).decode(), **parse_metadata(metadata)}

# ---- Audit trail

def open_audit(keys: Keys, number: int, box: bytes) -> dict:
    cursor = Cursor(open_box(keys.data, box, b"WRDU" + keys.vault + u64(number), f"audit entry {number}", AUDIT))
    version, time, _user, _process, operation, generation, length = struct.unpack("<BQIIHQH", cursor.take(29))
    subject = cursor.take(length)
    check_padding(cursor, f"audit entry {number}")
    require(version == 1 and operation in OPERATIONS, f"audit entry {number} is wrong")
    return {"number": number, "time": time, "operation": OPERATIONS[operation], "subject": subject.decode("utf-8"),
            "generation": generation}

def read_audit(tables: Tables, head: Head, keys: Keys) -> list[dict]:
    require([number for number, _ in tables.audit] == list(range(1, len(tables.audit) + 1))
            and len(tables.audit) == head.entries, "audit entries are missing, or are too many", AUDIT)
    link = ZERO32
    for number, box in tables.audit:
        link = H(None, "audit", link, number, box)
    same(link, head.link, "the audit chain differs", AUDIT)
    return [open_audit(keys, number, box) for number, box in tables.audit]

# ---- How to read (everything, instead of one secret)

def report(keys: Keys, sequence: int, slots: list[Slot], secrets: list[dict], audit: list[dict]) -> dict:
    return {"fingerprint": show_fingerprint(keys.fingerprint), "sequence": sequence,
            "slots": [{"number": s.number, "kind": SLOT_KINDS[s.kind], "label": s.label} for s in slots],
            "secrets": sorted((s for s in secrets if ":" not in s["name"]), key=lambda s: (s["name"], s["generation"])),
            "notes": sorted([s["name"], s["value_base64"]] for s in secrets if ":" in s["name"]), "audit": audit}

def read_vault(path: str, key: Optional[bytes], passphrase: Optional[bytes], anchor: Optional[bytes]) -> dict:
    tables = read_tables(path)
    head = parse_head(tables.head)
    slots = check_slots(list(tables.slots.values()), head.vault)
    require([slot.number for slot in slots] == list(tables.slots), "a slot's row has another number")
    keys = derive_keys(open_slots(slots, key, passphrase), head.vault)
    same(H(keys.mac, "mac", head.raw[:152]), head.mac, "the head's MAC differs")
    if anchor is not None:
        check_anchor(anchor, keys, head)
    leaves = read_index(tables, head)
    require(tables.record.keys() == leaves.keys(), "records and index differ")
    require(tables.value.keys() <= leaves.keys(), "there is a value without a record")
    secrets = [open_record(keys, *tables.record[at], tables.value.get(at), (*at, leaf)) for at, leaf in leaves.items()]
    return report(keys, head.sequence, slots, secrets, read_audit(tables, head, keys))

# ---- Anchor

def check_anchor(data: bytes, keys: Keys, head: Head) -> None:
    require(len(data) % 104 == 0 and 1 <= len(data) // 104 <= 16, "the anchor's length is wrong")
    settled, prepared, others = [], [], 0
    for mark in (data[i:i + 104] for i in range(0, len(data), 104)):
        magic, version, flags, vault, fingerprint, sequence, mac, mark_mac = struct.unpack("<4sHH16s16sQ32s24s", mark)
        require(magic == b"WRDA" and version > 0, "the anchor is wrong")
        require(version == 1 and flags <= 1, "the anchor is of a newer form", NEWER)
        if (vault, fingerprint) == (keys.vault, keys.fingerprint):
            same(H(keys.mac, "mac", mark[:80])[:24], mark_mac, "the anchor's MAC differs")
            (prepared if flags else settled).append((sequence, mac))
        elif flags == 0:
            others = max(others, sequence)
    if not settled and not others:
        return  # nothing but what was prepared: this host has not seen the vault
    prepared = [mark for mark in prepared if mark[0] > others]
    require(bool(settled or prepared), "the anchor is of another vault", OTHER_VAULT)
    sequence, mac = settled[0] if settled else min(prepared)
    require(head.sequence >= sequence, "the vault was rolled back", ROLLED_BACK)
    require(head.sequence > sequence or head.mac == mac, "the vault was forked", FORKED)

# ---- Backup

def open_chunks(cursor: Cursor, backup_key: bytes, before: bytes) -> Iterator[bytes]:
    """The plaintexts of all chunks but the last, which is checked to be empty, FINAL and the end."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, cursor.take(24), backup_key)
    additional: Optional[bytes] = H(None, "backup", before)
    while True:
        sealed = cursor.take(cursor.number(4))
        require(len(sealed) >= sodium.crypto_secretstream_xchacha20poly1305_ABYTES, "a chunk is too short")
        try:
            plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, additional)
        except (CryptoError, RuntimeError):
            fail(CORRUPT, "a chunk does not open")
        if tag == sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL:
            require(plain == b"" and not cursor.more() and additional is None, "the backup's end is wrong")
            return
        require(tag == sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, "a chunk has a wrong tag")
        additional = None
        yield plain

def read_backup(data: bytes, key: Optional[bytes], passphrase: Optional[bytes]) -> dict:
    cursor = Cursor(data)
    require(cursor.take(4) == b"WRDB" and cursor.number(2) == 1, "not a backup of format 1")
    count, vault = cursor.number(2), cursor.take(16)
    slots = check_slots([cursor.take(cursor.number(4)) for _ in range(count)], vault)
    keys = derive_keys(open_slots(slots, key, passphrase), vault)
    chunks = list(open_chunks(cursor, keys.backup, data[:cursor.at]))
    require(bool(chunks) and len(chunks[0]) == 24, "a backup's first chunk is wrong")
    sequence, records, entries = struct.unpack("<QQQ", chunks[0])
    items, secrets, audit = Cursor(b"".join(chunks[1:])), [], []
    while items.more():
        item = items.number(1)
        require(item in (1, 2), "a backup has an unknown item")
        if item == 1:
            header, info, has = items.take(56), items.take(items.number(4)), items.number(1)
            require(has in (0, 1), "a backup's item is wrong")
            secrets.append(open_record(keys, header, info, items.take(items.number(4)) if has else None))
        else:
            number = items.number(8)
            require(number == len(audit) + 1, "a backup's audit entries are not in order", AUDIT)
            audit.append(open_audit(keys, number, items.take(items.number(4))))
    require(len({(s["name"], s["generation"]) for s in secrets}) == len(secrets) == records, "records differ in number")
    require(len(audit) == entries, "audit entries differ in number", AUDIT)
    return report(keys, sequence, slots, secrets, audit)

# ---- Command line

def read_passphrase(path: str) -> bytes:
    raw = read_file(path)
    try:
        text = unicodedata.normalize("NFC", (raw[:-1] if raw.endswith(b"\n") else raw).decode("utf-8")).encode("utf-8")
    except UnicodeDecodeError:
        fail(NO_SLOT, "the passphrase is not UTF-8")
    require(1 <= len(text) <= 1024, "the passphrase's length is wrong", NO_SLOT)
    return text

def main() -> int:
    parser = argparse.ArgumentParser(description="Reads a vault or a backup and prints it as JSON.")
    parser.add_argument("vault", nargs="?")
    for option in ("--backup", "--key-file", "--passphrase-file", "--anchor"):
        parser.add_argument(option)
    args = parser.parse_args()
    if (args.vault is None) == (args.backup is None) or not (args.key_file or args.passphrase_file):
        parser.error("give VAULT or --backup, and --key-file or --passphrase-file or both")
    if args.backup and args.anchor:
        parser.error("a backup has no anchor")
    try:
        key = read_file(args.key_file) if args.key_file else None
        require(key is None or len(key) == 32, "the key file does not have 32 bytes", NO_SLOT)
        passphrase = read_passphrase(args.passphrase_file) if args.passphrase_file else None
        anchor = read_file(args.anchor) if args.anchor else None
        result = (read_backup(read_file(args.backup), key, passphrase) if args.backup
                  else read_vault(args.vault, key, passphrase, anchor))
    except Failure as failure:
        print(f"read_vault: {failure}", file=sys.stderr)
        return failure.code
    except (sqlite3.Error, OSError, UnicodeDecodeError, struct.error, HashingError, MemoryError) as error:
        print(f"read_vault: {' '.join(str(error).split()) or type(error).__name__}", file=sys.stderr)
        return CORRUPT
    print(json.dumps(result, ensure_ascii=False))
    return 0

if __name__ == "__main__":
    sys.exit(main())
