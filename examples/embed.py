#!/usr/bin/env python3
"""Makes an .npz of chunks from your own text: one vector a paragraph, one article a file.

    python3 examples/embed.py novels/*.txt --out novels.npz
    pipelines/diagnose novels.npz

A text file is an article, its paragraphs (separated by blank lines) are the chunks, in their order. Vectors have unit length.

    vectors          (chunks, dim)  float16 or float32
    article_indices  (chunks,)      int32, 0 for the first file that has a chunk
    chunk_indices    (chunks,)      int32, 0 for the first chunk of its article, without gaps
    article_titles   (articles,)    text, the files' names without folder and ending
"""
import argparse, hashlib, os, re, shlex, sys
from pathlib import Path

try:
    import numpy as np
except ImportError:
    sys.exit("embed.py: error: NumPy is missing\nembed.py: hint: pip install numpy")

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
USAGE, BAD_DATA, CANNOT_OPEN, UNAVAILABLE, CANNOT_CREATE = 64, 65, 66, 69, 73
WINDOW = 6      # chunks: 5 of context and the target, as seq-build makes them by default

class Fault(Exception):
    """What is wrong, in one line, the exit status it deserves, and what to do about it."""
    def __init__(self, status, problem, hint=None):
        super().__init__(problem)
        self.status, self.hint = status, hint

def note(text):
    print(f"embed.py: note: {text}", file=sys.stderr)

# Text

def paragraphs(text, min_letters):
    """The paragraphs of a text that have enough letters, each on one line, and how many have not."""
    every = [" ".join(part.split()) for part in re.split(r"\n[^\S\n]*\n", text)]
    every = [part for part in every if part]
    kept = [part for part in every if sum(map(str.isalpha, part)) >= min_letters]
    return kept, len(every) - len(kept)

def read_text(path):
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except IsADirectoryError:
        raise Fault(CANNOT_OPEN, f"{path}: is a folder", f"name its files: {shlex.quote(str(path))}/*.txt") from None
    except OSError as error:
        raise Fault(CANNOT_OPEN, f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Fault(BAD_DATA, f"{path}: byte {error.start} is not UTF-8",
                    "convert it first, for instance: iconv -f latin1 -t utf-8") from None

def read_articles(paths, min_letters):
    """[(title, [paragraph, ...])] of the files that have a paragraph."""
    articles, empty, short = [], [], 0
    for path in paths:
        kept, dropped = paragraphs(read_text(path), min_letters)
        short += dropped
        if kept:
            articles.append((path.stem, kept))
        else:
            empty.append(path)
    if short:
        note(f"left out {short} paragraphs of fewer than {min_letters} letters")
    if empty:
        note(f"left out for want of paragraphs: {len(empty)} of {len(paths)} files, {empty[0]} the first")
    if not articles:
        raise Fault(BAD_DATA, f"no paragraph has {min_letters} letters or more",
                    "paragraphs are separated by blank lines; --min-letters 1 keeps them all")
    few = sum(len(kept) < WINDOW for _, kept in articles)
    if few:
        note(f"articles of fewer than {WINDOW} chunks, too few for a window of 5 + 1: {few} of {len(articles)}")
    return articles

# Models: each is a function from a list of texts to an array (texts, dim)

def hashed(texts, dim=384):
    """Vectors that know which words two texts share, and nothing else: a stand-in to try things out without a model.

    Each word adds +1 or -1 to four entries that a hash of the word picks; a word that comes n times counts sqrt(n).
    """
    vectors = np.zeros((len(texts), dim), np.float32)
    for vector, text in zip(vectors, texts):
        words, counts = np.unique(re.findall(r"\w+", text.lower()), return_counts=True)
        for word, count in zip(words, counts):
            digest = hashlib.blake2b(str(word).encode(), digest_size=16).digest()
            for bits in np.frombuffer(digest, "<u4"):
                vector[int(bits >> 1) % dim] += np.sqrt(count) * (1 if bits & 1 else -1)
    return vectors

def load(name, batch, device):
    """The model of that name: the only place that knows where models come from."""
    if name == "hash":
        return hashed
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise Fault(UNAVAILABLE, "sentence-transformers is missing",
                    "pip install sentence-transformers; or try things out with --model hash") from None
    try:
        model = SentenceTransformer(name, device=device)
    except Exception as error:      # whatever the library, its hub or its back end may throw
        reason = " ".join(str(error).split())[:300]
        raise Fault(CANNOT_OPEN, f"model {name} cannot be loaded: {reason}",
                    "a folder that holds the model works too, and needs no network") from None
    note(f"{name} on {model.device}; it reads at most {model.max_seq_length} tokens of a paragraph")
    return lambda texts: model.encode(texts, batch_size=batch, convert_to_numpy=True,
                                      show_progress_bar=sys.stderr.isatty())

def unit(vectors):
    """The vectors scaled to length 1."""
    vectors = np.asarray(vectors, np.float32)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(norms[:, 0]) & (norms[:, 0] > 0)))
    if bad.size:
        raise Fault(BAD_DATA, f"{bad.size} vectors have length 0 or are not finite, chunk {bad[0]} of all the first",
                    "another --model, or a larger --min-letters")
    return vectors / norms

# Writing

def write(path, articles, vectors):
    """Writes the arrays to `path`, whole or not at all."""
    lengths = [len(kept) for _, kept in articles]
    arrays = {
        "vectors": vectors,
        "article_indices": np.repeat(np.arange(len(articles), dtype=np.int32), lengths),
        "chunk_indices": np.concatenate([np.arange(length, dtype=np.int32) for length in lengths]),
        "article_titles": np.array([title for title, _ in articles]),
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(partial, "wb") as file:
            np.savez(file, **arrays)
        os.replace(partial, path)
    except OSError as error:
        raise Fault(CANNOT_CREATE, f"{path}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)

def expect_place_for(path):
    """Finds out that a file cannot be written before the model has run for an hour."""
    if not path.parent.is_dir():
        raise Fault(CANNOT_CREATE, f"{path}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise Fault(CANNOT_CREATE, f"{path}: cannot be written")

def next_command(path):
    """What to type now, from the folder one is in."""
    diagnose = Path(__file__).resolve().parents[1] / "pipelines/diagnose"
    return f"{shlex.quote(os.path.relpath(diagnose))} {shlex.quote(str(path))}"

# The command line

class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(USAGE, f"{self.prog}: error: {message}\n{self.prog}: hint: {self.prog} --help\n")

def at_least_one(text):
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return number

def npz(text):
    if not text.endswith(".npz"):
        raise argparse.ArgumentTypeError(f"expected a name that ends in .npz, found {text!r}")
    return Path(text)

def arguments():
    parser = Parser(prog="embed.py", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__,
                    epilog="Exit status: 0 done; 64 usage; 65 no usable text or vectors; 66 a file or model cannot be opened; "
                           "69 a library is missing; 73 the output cannot be created.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a text in UTF-8, one article")
    parser.add_argument("-o", "--out", type=npz, required=True, metavar="FILE.npz", help="what to write")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME",
                        help="a sentence-transformers model, by its name or its folder; or hash, a stand-in that needs no model "
                             "and knows only which words two paragraphs share (default: %(default)s)")
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float16",
                        help="type of the vectors' entries; float16 halves the file (default: %(default)s)")
    parser.add_argument("--min-letters", type=at_least_one, default=40, metavar="N",
                        help="leave out paragraphs of fewer letters, such as headings (default: %(default)s)")
    parser.add_argument("--batch", type=at_least_one, default=64, metavar="N",
                        help="paragraphs that the model takes at once (default: %(default)s)")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, mps, ... (default: what the model's library picks)")
    return parser.parse_args()

def main():
    args = arguments()
    expect_place_for(args.out)
    articles = read_articles(args.files, args.min_letters)
    embed = load(args.model, args.batch, args.device)
    vectors = unit(embed([text for _, kept in articles for text in kept]))
    write(args.out, articles, vectors.astype(args.dtype))
    print(f"{args.out}: chunks {len(vectors)}, articles {len(articles)}, dimensions {vectors.shape[1]}. Next:\n\n"
          f"  {next_command(args.out)}")

if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        print(f"embed.py: error: {fault}", file=sys.stderr)
        if fault.hint:
            print(f"embed.py: hint: {fault.hint}", file=sys.stderr)
        sys.exit(fault.status)
    except KeyboardInterrupt:
        sys.exit(130)
