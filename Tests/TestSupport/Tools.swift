internal import Failures
internal import Glibc

/// The built tools, and the repository they come from.
public enum Tools {
  /// The folder of the repository.
  public static let root: String = {
    // Tests/TestSupport/Tools.swift
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// The folder of the built tools: that of the test bundle, which is the running program.
  public static let directory: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let program = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let beside = program.lastIndex(of: "/").map { String(program[..<$0]) } ?? ""
    return access(beside + "/stream-info", X_OK) == 0 ? beside : root + "/.build/debug"
  }()

  /// The names of all tools, as Package.swift lists them.
  public static let names: [String] = {
    let lines = (try? Folder.text(of: root + "/Package.swift"))?.split(separator: "\n") ?? []
    return lines.compactMap { line in
      let words = line.drop { $0 == " " }.split(separator: "\"")
      return words.count >= 2 && words[0] == "tool(" ? String(words[1]) : nil
    }
  }()
}

/// Runs a tool with these arguments.
///
/// - Parameters:
///   - input: the bytes on its standard input, a pipe.
///   - folder: its working directory; `/` where it is nil.
///   - seconds: the time after which it is killed.
public func run(
  _ tool: String, _ arguments: [String] = [], input: [UInt8] = [], in folder: Folder? = nil, seconds: Double = 30
) throws -> Run {
  let words = ["-c", #"cd "$0" && exec "$@""#, folder?.path ?? "/", Tools.directory + "/" + tool] + arguments
  return try start(words, input, seconds)
}

/// Runs a script of /bin/sh with the tools in its PATH.
public func shell(
  _ script: String, input: [UInt8] = [], in folder: Folder? = nil, seconds: Double = 30
) throws -> Run {
  try start(["-c", "cd '\(folder?.path ?? "/")' || exit 99\n" + script], input, seconds)
}

private func start(_ words: [String], _ input: [UInt8], _ seconds: Double) throws -> Run {
  // A reader that ends early must not end the tests.
  signal(SIGPIPE, SIG_IGN)
  let environment = ["PATH=\(Tools.directory):/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "OPENBLAS_NUM_THREADS=1"]
  return try Child(shell: words, environment: environment).exchange(input, seconds: seconds)
}
