internal import Failures
internal import Glibc

/// A fresh folder under /tmp, removed with its contents when the last reference to it is released.
public final class Folder: Sendable {
  /// The folder's absolute path.
  public let path: String

  /// Makes an empty folder with a new name.
  public init() throws {
    var template = Array("/tmp/nextvec-tests.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(.cannotCreate, "no folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// The path of a file in it.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let path = self(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure(.cannotCreate, "cannot be created", at: path) }
    defer { close(descriptor) }
    let bytes = Array(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      guard count > 0 else { throw Failure(.inputOutput, "cannot be written", at: path) }
      written += count
    }
    return path
  }

  /// The contents of a file in it.
  public func bytes(of name: String) throws -> [UInt8] { try Self.bytes(of: self(name)) }

  /// The contents of a file in it as UTF-8.
  public func text(of name: String) throws -> String { try Self.text(of: self(name)) }

  /// The names in it, hidden ones included, in ascending order.
  public var names: [String] { Self.names(in: path) }

  /// The contents of any file as UTF-8.
  public static func text(of path: String) throws -> String {
    String(decoding: try bytes(of: path), as: UTF8.self)
  }

  /// The contents of any file.
  public static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(.cannotOpen, "cannot be opened", at: path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw Failure(.inputOutput, "cannot be read", at: path) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// The names in a folder, hidden ones too, sorted.
  public static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ path: String) {
    for name in names(in: path) {
      let inner = path + "/" + name
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }
}
