import Failures
import Glibc

/// Runs `body` in a fresh folder, which is removed afterwards with the files in it.
func withDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/nextvec-commands.XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw Failure(.cannotCreate, "no folder") }
  let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    for name in names(in: directory) { unlink(directory + "/" + name) }
    rmdir(directory)
  }
  try body(directory)
}

/// The names in a folder, hidden ones included, in ascending order.
func names(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// The text of a file of at most 64 KiB.
func contents(_ path: String) throws -> String {
  let descriptor = open(path, O_RDONLY)
  guard descriptor >= 0 else { throw Failure(.cannotOpen, "cannot be opened", at: path) }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = read(descriptor, &bytes, bytes.count)
  return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

/// Replaces a file by a text.
func write(_ text: String, to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  guard descriptor >= 0 else { throw Failure(.cannotCreate, "cannot be created", at: path) }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
    throw Failure(.inputOutput, "short", at: path)
  }
}
