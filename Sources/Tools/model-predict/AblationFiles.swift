import Commands
import Failures
import Sequences

/// The ablations that `--ablate` asks for, each with the file that its predictions go to.
struct AblationFiles {
  /// One `MODE=FILE`.
  struct Pair {
    let mode: ContextAblation.Mode
    let path: String
  }

  let pairs: [Pair]

  var needsOtherArticles: Bool { pairs.contains { $0.mode == .crossArticle } }

  /// - Throws: `Failure` `.usage` if a word is no pair of a mode and a file, or two outputs go to one file.
  init(_ arguments: Arguments) throws {
    pairs = try arguments[ModelPredict.ablate].map { word in
      let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[1].isEmpty, let mode = ContextAblation.Mode(sides[0]) else {
        throw Failure(
          .usage,
          "--ablate \(word): expected MODE=FILE, MODE one of shuffle, reverse, drop-one:J, repeat-last, cross-article")
      }
      return Pair(mode: mode, path: sides[1])
    }
    try refuseSharing(arguments)
  }

  private func refuseSharing(_ arguments: Arguments) throws {
    var outputs = Set([arguments.outputPath].compactMap { $0.map(OutputFile.location) })
    let inputs = Set(Self.inputs(arguments).map(OutputFile.location))
    for pair in pairs {
      func refusal(_ expected: String) -> Failure {
        Failure(.usage, "--ablate \(pair.mode.text)=\(pair.path): expected \(expected)")
      }
      guard !["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(pair.path) else {
        throw refusal("a file to write")
      }
      let location = OutputFile.location(of: pair.path)
      guard outputs.insert(location).inserted else { throw refusal("each file once as an output") }
      guard !inputs.contains(location) else { throw refusal("another file than the inputs") }
    }
  }

  private static func inputs(_ arguments: Arguments) -> [String] {
    let model = arguments[ModelPredict.model]
    return arguments.operands + [arguments[ModelPredict.articles]].compactMap(\.self)
      + (ModelSelection.names.contains(model) ? [] : [model])
  }
}
