public import Commands
public import Streams

extension Provenance {
  /// This provenance, and after it the tool that runs.
  ///
  /// - Parameters:
  ///   - parents: the ids of the stages whose output it reads.
  ///   - seed: where chance is involved.
  public func adding(
    _ arguments: Arguments, parents: [String], seed: UInt64? = nil, files: [File] = []
  ) -> Provenance {
    var extended = self
    extended.append(
      Stage(
        tool: arguments.tool, version: Release.version, arguments: Self.withoutOutput(arguments.commandLine), seed: seed,
        files: files, parents: parents))
    return extended
  }

  /// The words that bear on the data: where it is written to, and what people are told meanwhile, does not.
  private static func withoutOutput(_ words: [String]) -> [String] {
    var kept: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        kept.append(word)
        kept.append(contentsOf: rest)
        break
      }
      if ["--output", "-o", "--progress"].contains(word) {
        rest = rest.dropFirst()
      } else if !["--quiet", "-q"].contains(word), !word.hasPrefix("--output="), !word.hasPrefix("--progress=") {
        kept.append(word)
      }
    }
    return kept
  }
}
