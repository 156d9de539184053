#!/usr/bin/python3
"""Reads every vault that a test made and says where this reader and Warder disagree.

    compare.py DIRECTORY

DIRECTORY has one folder for each case: vault.db, key and passphrase as far as they are needed, anchor if there is one, backup if there is
one, and expected.json: what Warder reads, or {"refused": exit code}. Prints one line for each disagreement, never a value, then a count.
"""
import json
import pathlib
import sqlite3
import sys

import read_vault


def read(case: pathlib.Path, backup: bool) -> dict:
    def content(name: str):
        path = case / name
        return path.read_bytes() if path.exists() else None

    key = content("key")
    passphrase = read_vault.read_passphrase(str(case / "passphrase")) if (case / "passphrase").exists() else None
    try:
        if backup:
            return read_vault.read_backup(content("backup"), key, passphrase)
        return read_vault.read_vault(str(case / "vault.db"), key, passphrase, content("anchor"))
    except read_vault.Failure as failure:
        return {"refused": failure.code}
    except (sqlite3.Error, UnicodeDecodeError):
        return {"refused": read_vault.CORRUPT}


def main() -> int:
    cases = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
    disagreements = refused = 0
    for case in cases:
        expected = json.loads((case / "expected.json").read_text())
        refused += "refused" in expected
        for backup in (False, True) if (case / "backup").exists() else (False,):
            found = read(case, backup)
            parts = [part for part in expected.keys() | found.keys() if expected.get(part) != found.get(part)]
            if parts:
                disagreements += 1
                print(f"{case.name}{' (backup)' if backup else ''}: differs in {', '.join(sorted(parts))}; refusals {expected.get('refused')} and {found.get('refused')}")
    print(f"{len(cases)} vaults, {refused} of them refused, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
