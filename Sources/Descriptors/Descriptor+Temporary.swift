internal import Failures
internal import Glibc

extension Descriptor {
  /// Opens a private file without a name, in `$TMPDIR` or `/tmp`, for reading and writing. It vanishes when it
  /// is closed.
  ///
  /// - Throws: `.cannotCreate` where no file can be created in the folder.
  public static func temporaryFile() throws -> Descriptor {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let path = folder.isEmpty ? "/tmp" : folder
    var template = Array("\(path)/nextvec-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else {
      var failure = Failure.system(.cannotCreate, "cannot create a temporary file").at(path)
      failure.hint = "set TMPDIR to a folder with free space"
      throw failure
    }
    unlink(template)
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    return Descriptor(number, name: "temporary file")
  }

  /// Goes back to a file's first byte.
  ///
  /// - Throws: `.inputOutput` where it has no offsets, as a pipe.
  public func rewind() throws {
    guard lseek(number, 0, SEEK_SET) == 0 else { throw fault("cannot be read again") }
  }
}
