"""Reads a binary log by what docs/format.md says, with nothing of Hydra: prints what is in it."""

import struct
import sys
import zlib


def crc8(data):
    total = 0
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = (total << 1 ^ (7 if total & 0x80 else 0)) & 0xFF
    return total


def blocks(log):
    at = 0
    while at < len(log):
        lead, crc = log[at : at + 8], struct.unpack_from("<I", log, at + 8)[0]
        assert lead[:2] == b"\xfb\x48" and lead[7] == crc8(lead[:7]), f"no head at {at}"
        assert lead[2] >> 4 == 1 and lead[3] == 0, f"version and flags at {at}"
        payload = log[at + 12 : at + 12 + int.from_bytes(lead[4:7], "little")]
        assert zlib.crc32(lead + payload) == crc, f"sum at {at}"
        yield lead[2] & 15, payload
        at += 12 + len(payload)


class Scan:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        assert self.at <= len(self.data), "too short"
        return self.data[self.at - count : self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "little")

    def text(self, width):
        return self.take(self.number(width)).decode()

    def rest(self):
        return len(self.data) - self.at


def session(scan):
    assert scan.take(8) == b"HYDRALOG"
    start, ticks, epoch, process = (scan.number(n) for n in (8, 8, 8, 4))
    print(f"session {start} {ticks} {epoch} {process} {scan.text(1)}")


def dictionary(scan):
    assert scan.take(12) == b"HYDRADIC\x01\0\0\0"
    while True:
        length = scan.number(4)
        if length == 0:
            return
        entry = Scan(scan.take(length))
        site, _hash, line, arguments, level, kind, fields = (
            entry.number(n) for n in (4, 8, 4, 2, 1, 1, 4)
        )
        target, _layer, _module, _file, template = (entry.text(4) for _ in range(5))
        names = [(entry.text(4), entry.text(4))[0] for _ in range(fields)]
        print(f"site {site} {line} {arguments} {level} {kind} {target} {template} {names}")


def threads(scan):
    while scan.rest():
        number, system = scan.number(4), scan.number(8)
        print(f"thread {number} {system} {scan.text(1)}")


def records(scan):
    time, count = scan.number(8), scan.number(4)
    thread, places, shapes = 0, [], []
    for _ in range(count):
        head = scan.number(1)
        if head & 4:
            place = scan.number(1)
            if place < 255:
                thread = places[place]
            else:
                thread = scan.number(4)
                if len(places) < 255:
                    places.append(thread)
        shape = head >> 3
        if shape == 31:
            shapes.append((scan.number(8), {}))
            shape = len(shapes) - 1
        elif shape >= 29:
            shape = scan.number(shape - 28)
        word0, last = shapes[shape]
        time = (time + scan.number([1, 2, 4, 8][head & 3])) % 2**64
        body = (word0 & 0x1FFF) - 2
        told = min(body, 16)
        codes = scan.number((told + 1) // 2)
        words = []
        for index in range(told):
            code, before = codes >> 4 * index & 15, last.get(index, 0)
            if code <= 8:
                number = scan.number(code)
                word = (before + (-(number + 1) // 2 if number & 1 else number // 2)) % 2**64
            else:
                word = before ^ scan.number(code - 8) << 64 - 8 * (code - 8)
            last[index] = word
            words.append(word)
        words += [scan.number(8) for _ in range(body - told)]
        shown = b"".join(struct.pack("<Q", word) for word in [word0, time] + words).hex()
        print(f"record {thread} {shown}")
    assert scan.rest() == 0, "bytes behind the last record"


def main():
    kinds = {1: session, 2: dictionary, 3: threads, 4: records, 5: lambda _: print("end")}
    with open(sys.argv[1], "rb") as file:
        for kind, payload in blocks(file.read()):
            kinds[kind](Scan(payload))


main()
