"""A client of the agent that may do what it should not.

    agent-client.py SOCKET pid                    the process that listens
    agent-client.py SOCKET flood COUNT            that many connections, one after the other, each kept open as long as the agent allows
    agent-client.py SOCKET half COUNT             that many requests that are never finished
    agent-client.py SOCKET raw HEX                sends bytes, prints the answer in hexadecimal, `closed` at the end
    agent-client.py SOCKET wait                   holds a connection, prints `open`, and `closed` when it ends
"""
import resource
import socket
import struct
import sys

path, verb, *rest = sys.argv[1:]


def connect() -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(path)
    client.settimeout(30)
    return client


def many(count: int, first: bytes) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    kept = []
    for number in range(count):
        client = connect()
        try:
            client.sendall(first)
        except OSError:
            pass
        kept.append(client)
        if len(kept) > 500:
            kept.pop(0).close()
    print("connected", count, flush=True)
    sys.stdin.readline()


if verb == "pid":
    credentials = connect().getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    print(struct.unpack("3i", credentials)[0])
elif verb == "flood":
    many(int(rest[0]), b"")
elif verb == "half":
    many(int(rest[0]), struct.pack("<I", 1 << 20) + b"\x12half of a request")
elif verb == "raw":
    client = connect()
    client.sendall(bytes.fromhex(rest[0]))
    client.shutdown(socket.SHUT_WR)
    while True:
        try:
            part = client.recv(65536)
        except OSError:
            part = b""
        if not part:
            break
        print(part.hex())
    print("closed")
elif verb == "wait":
    client = connect()
    client.settimeout(None)
    print("open", flush=True)
    client.recv(1)
    print("closed", flush=True)
