#!/usr/bin/env python3
"""Copies standard input to standard output, not quite: a stand-in for writes that get lost, doubled, swapped or cut into pieces.

    relay.py drop|repeat|swap K [SIZE]    the K-th block of SIZE bytes (65536) is lost, comes twice, or after the next one
    relay.py zero K [SIZE]                the K-th block comes as zeros
    relay.py drop-record|repeat-record|swap-records K      the same with whole records of the stream
    relay.py trickle                      one byte to a write
    relay.py pieces SEED                  pieces of random sizes, with pauses
"""
import os, random, struct, sys, time

def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]

def records(data):
    place = 0
    while place < len(data):
        length = 64 + struct.unpack_from("<Q", data, place + 24)[0]
        yield data[place:place + length]
        place += length

def main(mode, number=0, size=65536):
    data = sys.stdin.buffer.read() if mode not in ("trickle", "pieces") else b""
    if mode == "trickle":
        while piece := os.read(0, 65536):
            for byte in piece:
                os.write(1, bytes((byte,)))
        return
    if mode == "pieces":
        draw = random.Random(number)
        while piece := os.read(0, draw.choice((1, 63, 64, 65, 4096, 65536, 1 << 20))):
            write(piece)
            if draw.random() < 0.05:
                time.sleep(0.002)
        return
    mode, _, unit = mode.partition("-")
    blocks = list(records(data)) if unit else [data[i:i + size] for i in range(0, len(data), size)]
    if not number < len(blocks):
        sys.exit(f"relay.py: there are {len(blocks)} blocks")
    if mode == "drop":
        del blocks[number]
    elif mode == "repeat":
        blocks.insert(number, blocks[number])
    elif mode == "swap":
        blocks[number:number + 2] = reversed(blocks[number:number + 2])
    elif mode == "zero":
        blocks[number] = bytes(len(blocks[number]))
    else:
        sys.exit(__doc__)
    write(b"".join(blocks))

main(sys.argv[1], *map(int, sys.argv[2:]))
