import Failures
import Glibc
import Learning
import Stages

/// Where recipes are: a file, or a name beside the tools.
enum RecipeFile {
  /// The recipe that `--recipe` names.
  ///
  /// - Throws: `Failure` with status 66 where there is none of that name, 65 where it is malformed.
  static func load(_ word: String) throws -> Recipe {
    let path = try path(of: word)
    return try at(path) { try Recipe(parsing: try bytes(path)) }
  }

  /// A word with a slash or `.json` is a file; any other is a name in NEXTVEC_RECIPES, else in the folder
  /// pipelines/recipes above the tool, else a file after all.
  private static func path(of word: String) throws -> String {
    if word.contains("/") || word.hasSuffix(".json") { return word }
    let folders = folders
    let paths = folders.map { "\($0)/\(word).json" } + [word]
    if let path = paths.first(where: isFile) { return path }
    let known = folders.first.map(names) ?? []
    throw Failure(
      .cannotOpen, "there is no recipe of this name", at: word,
      hint: known.isEmpty
        ? "NEXTVEC_RECIPES may name the folder of recipes"
        : "expected a file, or one of \(known.joined(separator: ", "))")
  }

  private static var folders: [String] {
    if let chosen = getenv("NEXTVEC_RECIPES") { return [String(cString: chosen)] }
    guard let resolved = realpath("/proc/self/exe", nil) else { return [] }
    defer { free(resolved) }
    // .build/release/train-step, or bin/train-step: the tree's root is above.
    var parts = String(cString: resolved).split(separator: "/").dropLast()
    var folders: [String] = []
    while !parts.isEmpty {
      folders.append("/" + parts.joined(separator: "/") + "/pipelines/recipes")
      parts = parts.dropLast()
    }
    return folders.filter { access($0, R_OK) == 0 }
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }

  private static func names(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".json") { names.append(String(name.dropLast(5))) }
    }
    return names.sorted()
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    let descriptor = try InputFile.open(path)
    defer { InputFile.close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 1 << 24 {
      let count = read(descriptor, &part, part.count)
      guard count >= 0 else { throw Failure(.inputOutput, "cannot be read", at: path) }
      if count == 0 { break }
      bytes += part[..<count]
    }
    return bytes
  }
}

extension Recipe {
  fileprivate init(parsing bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBytes { try Recipe(parsing: $0) }
  }
}
