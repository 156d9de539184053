"""Looks for bytes in all readable memory of a process: memory-scan.py PID VAULT KEYFILE READER FILE…

The root key and the keys derived from it are worked out from the vault with the key file by the reader in contrib/reader; each FILE holds
further bytes to look for. Prints the names of what was found, and never what it is; then how many MiB were read.
"""
import pathlib
import sys

process, vault, key_file, reader, *files = sys.argv[1:]
sys.path.insert(0, reader)
import read_vault  # noqa: E402

tables = read_vault.read_tables(vault)
head = read_vault.parse_head(tables.head)
root = read_vault.open_slots(read_vault.check_slots([tables.slots[number] for number in sorted(tables.slots)], head.vault), pathlib.Path(key_file).read_bytes(), None)
keys = read_vault.derive_keys(root, head.vault)
needles = {"root": root} | {name: value for name, value in keys._asdict().items() if name in ("name", "data", "mac")}
needles |= {pathlib.Path(file).name: pathlib.Path(file).read_bytes() for file in files}

found, size = set(), 0
with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
    for line in maps:
        # What mprotect(2) hides is readable through this file all the same; what cannot be read is the kernel's.
        where = line.split()[0]
        start, end = (int(number, 16) for number in where.split("-"))
        try:
            memory.seek(start)
            content = memory.read(end - start)
        except (OSError, OverflowError, ValueError):
            continue
        size += len(content)
        found |= {name for name, value in needles.items() if value in content or (len(value) >= 32 and value[8:24] in content)}
print(*sorted(found), "in", max(1, size >> 20), "MiB")
