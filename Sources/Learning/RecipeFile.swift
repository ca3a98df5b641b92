internal import Descriptors
internal import Failures
internal import Glibc

/// Where recipes are found: in a file, or under a name in a folder of recipes.
public enum RecipeFile {
  /// The largest recipe that is read, in bytes.
  private static let limit = 1 << 24

  /// Loads the recipe that a name or a path denotes.
  ///
  /// A word that has a slash or ends in `.json` is a path. Any other word is a name in the folder NEXTVEC_RECIPES or, if
  /// that is not set, in the folder pipelines/recipes above the running program; if there is no such recipe, the word is
  /// a path after all.
  ///
  /// - Throws: `Failure` `.cannotOpen` if there is no such recipe, `.badData` with the path of the key if it is
  ///   malformed.
  public static func load(_ word: String) throws -> Recipe {
    let path = try path(of: word)
    return try at(path) {
      try InputFile.bytes(path, limit: limit).withUnsafeBytes { try Recipe(parsing: $0) }
    }
  }

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
    if let folder = getenv("NEXTVEC_RECIPES") { return [String(cString: folder)] }
    guard let resolved = realpath("/proc/self/exe", nil) else { return [] }
    defer { free(resolved) }
    // The program is .build/release/train-step or bin/train-step; the root of the tree is above it.
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

  /// The recipes in a folder, sorted.
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
}
