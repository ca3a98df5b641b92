import Commands
import Failures
import Stages
import Streams
import Vectors

/// A further stream of windows that `--also` names, and the file its predictions go to.
struct FurtherWindows {
  let input: StreamInput
  let roles: Roles
  let predictions: String

  /// Opens the windows.
  ///
  /// - Throws: `.badData` where they are not as long or as wide as those of the main stream, with which they share the
  ///   predictor; what opening them throws.
  init(_ pair: Pair, beside main: StreamInput, _ mainRoles: Roles) throws {
    input = try StreamInput([pair.windows])
    roles = try Self.roles(of: input)
    predictions = pair.predictions
    guard input.header.dim == main.header.dim, roles.context == mainRoles.context else {
      throw Failure(
        .badData,
        "expected windows of \(mainRoles.context) context chunks of dim \(main.header.dim), as in \(main.name), found "
          + "\(roles.context) of dim \(input.header.dim)", at: input.name)
    }
  }

  /// - Throws: `.badData` where the stream has no windows.
  static func roles(of input: StreamInput) throws -> Roles {
    if let roles = input.header.roles { return roles }
    throw Failure(
      .badData, "expected sequences, found \(input.header.kind.rawValue)", at: input.name,
      hint: "seq-build makes windows of chunks")
  }

  /// `WINDOWS=PREDICTIONS`.
  struct Pair {
    let windows: String
    let predictions: String
  }

  /// Reads the words of `--also`.
  ///
  /// - Throws: `.usage` where one is no pair of names, or an input or an output is named that can be had but once.
  static func pairs(_ arguments: Arguments) throws -> [Pair] {
    let pairs = try arguments[ModelPredict.also].map { word in
      let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw Failure(.usage, "--also \(word): expected WINDOWS=PREDICTIONS, a stream to read and a file to write")
      }
      return Pair(windows: sides[0], predictions: sides[1])
    }
    try refuseSharing(pairs, arguments)
    return pairs
  }

  private static func refuseSharing(_ pairs: [Pair], _ arguments: Arguments) throws {
    guard !pairs.isEmpty else { return }
    let main = arguments.operands.isEmpty ? ["-"] : arguments.operands
    guard (main + pairs.map(\.windows)).count(where: isStandardInput) <= 1 else {
      throw Failure(
        .usage,
        "--also: expected standard input for one stream alone, and for the main one where no FILE is named")
    }
    var names = Set(arguments.outputPath.map { [plain($0)] } ?? [])
    for pair in pairs {
      guard !["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(pair.predictions) else {
        throw Failure(.usage, "--also \(pair.windows)=\(pair.predictions): expected a file to write")
      }
      guard names.insert(plain(pair.predictions)).inserted else {
        throw Failure(.usage, "--also \(pair.windows)=\(pair.predictions): expected each file once as an output")
      }
    }
  }

  private static func isStandardInput(_ path: String) -> Bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path)
  }

  /// The path without what does not tell it from others: `./a` and `.//a` are `a`.
  private static func plain(_ path: String) -> String {
    (path.hasPrefix("/") ? "/" : "") + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
