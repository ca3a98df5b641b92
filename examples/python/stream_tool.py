#!/usr/bin/env python3
"""Checks, describes, negates or copies the vector stream on standard input.

    python3 stream_tool.py check|info|negate|copy  < in.nvs  > out
"""
import argparse, json, sys
from vector_stream import Reader, StreamError, Writer, stage

def main():
    parser = argparse.ArgumentParser(description="Checks, describes or filters a vector stream.")
    parser.add_argument("command", choices=("check", "info", "negate", "copy"))
    command = parser.parse_args().command
    writes = command in ("negate", "copy")

    def header():                   # a copy is the same stream; a negated one has passed another stage
        return reader.header if command == "copy" else stage(reader.header, "stream_tool.py", [command])

    writer = Writer(sys.stdout.buffer)
    try:
        reader = Reader(sys.stdin.buffer)
        writer.names = reader.names
        if writes:
            writer.begin(header())
        for frame in reader:
            if command == "negate":
                frame.vectors = -frame.vectors
            if writes:
                writer.write(frame)
        if writes:
            writer.end(reader.counts, header()["provenance"])
        if command == "info":
            found = {"header": reader.header, "totals": reader.totals, "counts": reader.counts}
            print(json.dumps(found, ensure_ascii=False, indent=2))
    except StreamError as fault:
        if writes:
            writer.abort(*fault.origin("stream_tool.py"))
        print(f"stream_tool.py: error: {fault}", file=sys.stderr)
        sys.exit(65)

if __name__ == "__main__":
    main()
