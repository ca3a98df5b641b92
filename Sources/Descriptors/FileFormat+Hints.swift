public import Failures

extension FileFormat {
  /// What a reader expects.
  public enum Expectation: Hashable, Sendable {
    /// An .npz or .npy file.
    case arrays
    /// A vector stream.
    case stream
    /// A checkpoint in the safetensors format.
    case model
    /// A recipe, reports, or a stream as JSON Lines.
    case json
  }

  /// What to say of bytes that are not what is expected; nil where they are of no format that is known here, or of one
  /// in which it may be.
  ///
  /// - Parameters:
  ///   - first: the file's first bytes.
  ///   - what: is expected, with its article.
  public static func failure(
    of first: UnsafeRawBufferPointer, expected what: String, _ expectation: Expectation
  ) -> Failure? {
    guard let format = FileFormat(first), expectation != .json || ![.empty, .json, .text].contains(format) else {
      return nil
    }
    return Failure(.badData, "expected \(what), found \(format.name)", hint: format.hint(for: expectation))
  }

  /// How to get what is expected from a file of this format, in one line; nil where there is nothing to advise.
  public func hint(for expected: Expectation) -> String? {
    switch self {
    case .lfsPointer: return "run git lfs pull: it puts the file in the pointer's place"
    case .html: return "download the file itself: this is a page about it, or a server's error"
    case .gzip: return unpacked("gzip", expected)
    case .zstd: return unpacked("zstd", expected)
    case .xz: return unpacked("xz", expected)
    case .bzip2: return unpacked("bzip2", expected)
    case .tar: return "take the file out of it first: tar -xf FILE"
    case .sevenZip: return "take the file out of it first: 7z x FILE"
    case .empty, .pdf: return nil
    case .npy, .zip, .torch, .pickle, .safetensors, .safetensorsIndex, .gguf, .stream, .hdf5, .parquet, .arrow, .json,
      .text:
      break
    }
    switch expected {
    case .arrays: return arraysHint
    case .stream: return streamHint
    case .model: return modelHint
    case .json: return jsonHint
    }
  }

  private func unpacked(_ program: String, _ expected: Expectation) -> String {
    switch expected {
    case .arrays: "unpack it first: \(program) -dc FILE | npz-read"
    case .stream, .json: "unpack it first: \(program) -dc FILE | …"
    case .model: "unpack it first: \(program) -dc FILE > m.safetensors"
    }
  }

  private var arraysHint: String? {
    switch self {
    case .stream: "tools other than npz-read take it as it is"
    case .torch:
      python("import numpy, torch; numpy.savez('x.npz', vectors=torch.load('FILE', weights_only=True).numpy())")
    case .pickle: python("import numpy; numpy.savez('x.npz', vectors=numpy.load('FILE', allow_pickle=True))")
    case .safetensors:
      python("import numpy, safetensors.numpy as s; numpy.savez('x.npz', **s.load_file('FILE'))")
    case .hdf5: python("import h5py, numpy; numpy.savez('x.npz', vectors=h5py.File('FILE')['NAME'][:])")
    case .parquet: column("read_parquet")
    case .arrow: column("read_feather")
    case .json: "text-read FILE reads what text-write wrote; save other vectors with numpy.savez"
    case .text:
      python("import numpy; numpy.savez('x.npz', vectors=numpy.loadtxt('FILE', numpy.float32, delimiter=','))")
    default: nil
    }
  }

  private func column(_ reader: String) -> String {
    python("import numpy, pandas as p; numpy.savez('x.npz', vectors=numpy.stack(list(p.\(reader)('FILE')['NAME'])))")
  }

  private var streamHint: String? {
    switch self {
    case .npy, .zip: "read it with npz-read FILE | …"
    case .json: "turn it into a stream with text-read"
    case .text: "something printed into the pipe"
    case .safetensors: "--model takes a model; streams come from npz-read"
    default: arraysHint.map { "make an .npz of it for npz-read: \($0)" }
    }
  }

  private var modelHint: String? {
    switch self {
    case .torch:
      python(
        "import torch, safetensors.torch as s; s.save_file(torch.load('FILE', weights_only=True), 'm.safetensors')")
    case .npy, .zip:
      python("import numpy, safetensors.numpy as s; s.save_file(dict(numpy.load('FILE')), 'm.safetensors')")
    case .safetensorsIndex:
      python(
        "import json, safetensors.numpy as s; s.save_file({n: t for f in set(json.load(open('FILE'))['weight_map']"
          + ".values()) for n, t in s.load_file(f).items()}, 'm.safetensors')")
    case .stream: "a stream is read from standard input; models come from model-init and train-step"
    case .gguf: "it holds a language model, which nextvec has not"
    case .json: "recipes are named with --recipe; models come from model-init and train-step"
    default: "models come from model-init and train-step, or from PyTorch as docs/checkpoints.md shows"
    }
  }

  private var jsonHint: String? {
    switch self {
    case .stream: "text-write FILE writes a stream as JSON Lines"
    case .safetensors: "--model takes a model"
    default: nil
    }
  }

  private func python(_ program: String) -> String { "python3 -c \"\(program)\"" }
}
