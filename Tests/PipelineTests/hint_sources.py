"""The hints in the sources: every text that a tool can print after `hint:`, with what is filled in as an ellipsis."""
import glob
import os
import re


def string_end(code, start):
    """The place after the string literal that begins at `start`, and its text."""
    text, at = "", start + 1
    while code[at] != '"':
        if code.startswith("\\(", at):
            text += "…"
            depth, at = 1, at + 2
            while depth:
                if code[at] == '"':
                    at = string_end(code, at)[0]
                    continue
                depth += {"(": 1, ")": -1}.get(code[at], 0)
                at += 1
        elif code[at] == "\\":
            text += code[at + 1]
            at += 2
        else:
            text += code[at]
            at += 1
    return at + 1, text


def literals(code):
    """The texts of Swift string literals in a piece of code, those joined by + as one."""
    found, place = [], 0
    while (start := code.find('"', place)) >= 0:
        isJoined = found and re.fullmatch(r"\s*\+\s*", code[place:start])
        place, text = string_end(code, start)
        found[-1:] = [found[-1] + text] if isJoined else found[-1:] + [text]
    return found


def argument(code, start, isStatement):
    """The code from `start` to the end of the argument or statement that begins there."""
    depth, at = 0, start
    while at < len(code):
        c = code[at]
        if c == '"':
            at = string_end(code, at)[0]
            continue
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        if depth < 0 or depth == 0 and (not isStatement and c == ","):
            break
        if isStatement and depth == 0 and c == "\n" and code[start:at].strip() and not re.match(r"\s*[?:+]", code[at:]):
            break
        at += 1
    return code[start:at]


# Where a hint is composed apart from the failure that carries it: all texts of these declarations.
COMPOSED = [
    ("Descriptors/FileFormat+Hints.swift", r"public func hint\(", r"\Z"),
    ("Formats/ElementType.swift", r"var advice: String", r"\n  }\n"),
    ("Checkpoints/TensorHeader.swift", r"static let advice =", r"\n"),
]


def hints(root):
    """Each hint with the file it stands in."""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "Sources", "**", "*.swift"), recursive=True)):
        name = os.path.relpath(path, os.path.join(root, "Sources"))
        if name.startswith("Failures/") or name.startswith("Commands/Diagnostics"):
            continue
        code = re.sub(r"^\s*//.*$", "", open(path).read(), flags=re.M)
        pieces = [argument(code, m.end(), False) for m in re.finditer(r"\bhint:\s(?!String)", code)]
        pieces += [argument(code, m.end(), True) for m in re.finditer(r"\bhint(?:: String\?)? =\s", code)]
        for file, start, end in COMPOSED:
            if name == file:
                begun = re.search(start, code).start()
                pieces.append(code[begun : begun + re.search(end, code[begun:]).end()])
        for piece in pieces:
            for text in literals(piece):
                if len(text.split()) > 1:
                    found.setdefault(text, name)
    return found


if __name__ == "__main__":
    import sys

    for text, name in hints(sys.argv[1]).items():
        print(f"{name}: {text}")
