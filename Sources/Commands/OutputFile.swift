internal import Descriptors
import Failures
import Glibc

/// A file that is written whole or not at all: a temporary file beside it is flushed to disk and renamed. Until
/// `commit()` an old file of that name stays as it is; a run that fails or is ended leaves that file or none.
///
/// A path to something other than a regular file (a named pipe, a device) is written in place, since renaming would
/// replace it.
public final class OutputFile {
  /// The path as it was given.
  public let path: String
  /// Open for writing until `commit()` or `discard()`.
  public let descriptor: Int32
  /// The path of the temporary file and that of the final one; nil for what is written in place.
  private let renaming: (temporary: String, final: String)?
  private var isOpen = true

  /// Creates the temporary file, or opens what is written in place.
  ///
  /// - Throws: `.cannotCreate`.
  public init(_ path: String) throws {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      let temporary = try OutputFile.create(beside: path, shown: path)
      (descriptor, renaming) = (temporary.descriptor, (temporary.path, path))
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG, !path.hasPrefix("/dev/"), !path.hasPrefix("/proc/") else {
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      renaming = nil
      if descriptor < 0 { throw Failure.system(.cannotCreate, "cannot be created", errno).at(path) }
      return
    }
    // Renaming would replace even a file that may not be written.
    guard access(path, W_OK) == 0 else { throw Failure.system(.cannotCreate, "cannot be created", errno).at(path) }
    let final = OutputFile.withoutLinks(path)
    let temporary = try OutputFile.create(beside: final, shown: path)
    fchmod(temporary.descriptor, status.st_mode & 0o777)
    (descriptor, renaming) = (temporary.descriptor, (temporary.path, final))
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: `.inputOutput`, as when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try Descriptor(descriptor, name: path).write(bytes)
  }

  /// Appends a text as UTF-8.
  ///
  /// - Throws: `.inputOutput`, as when the disk is full.
  public func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  /// Flushes the bytes to disk, after which a full disk can no longer make `commit()` fail: for tools that commit
  /// several files together.
  ///
  /// - Throws: `.inputOutput` where a byte may be lost.
  public func flush() throws {
    guard renaming != nil else { return }
    guard fsync(descriptor) == 0 else { throw Failure.system(.inputOutput, "cannot be written").at(path) }
  }

  /// Flushes the bytes to disk and gives the file its name. Call it once.
  ///
  /// - Throws: `.inputOutput` where a byte may be lost, `.cannotCreate` where the file cannot be renamed; an old file
  ///   of that name is then unchanged.
  public func commit() throws {
    precondition(isOpen, "\(path) has already been committed or discarded")
    guard let renaming else {
      isOpen = false
      return try Descriptor(descriptor, name: path).close()
    }
    defer { discard() }
    try flush()
    guard rename(renaming.temporary, renaming.final) == 0 else {
      throw Failure.system(.cannotCreate, "cannot be created", errno).at(path)
    }
    TemporaryFiles.unregister(renaming.temporary)
    isOpen = false
    try Descriptor(descriptor, name: path).close()
    OutputFile.flushDirectory(of: renaming.final)
  }

  /// Closes and removes the unfinished file; does nothing after `commit()`.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    close(descriptor)
    guard let renaming else { return }
    unlink(renaming.temporary)
    TemporaryFiles.unregister(renaming.temporary)
  }
}

extension OutputFile {
  /// Where a file of the name is, without links and dots in its path: two names have one location if a file written
  /// under the one is found under the other. Hard links are not recognized.
  public static func location(of path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    let (directory, name) = split(path)
    return withoutLinks(directory.isEmpty ? "." : directory) + "/" + name
  }

  /// Opens `.<name>.<process>.tmp` in the directory of `path`, or the same with a number where that one is taken.
  private static func create(beside path: String, shown: String) throws -> (descriptor: Int32, path: String) {
    let (directory, name) = split(path)
    // Names end at 255 bytes; 50 characters are at most 200.
    let short = String(String.UnicodeScalarView(name.unicodeScalars.prefix(50)))
    guard !name.isEmpty else {
      throw Failure(.cannotCreate, "expected the name of a file", at: shown.isEmpty ? "''" : shown)
    }
    for attempt in 0..<100 {
      let temporary = "\(directory).\(short).\(getpid())\(attempt == 0 ? "" : ".\(attempt)").tmp"
      // A signal between the two calls would leave a file behind.
      let (descriptor, code) = Signals.withAllBlocked {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        let code = errno
        if descriptor >= 0 { TemporaryFiles.register(temporary) }
        return (descriptor, code)
      }
      if descriptor >= 0 { return (descriptor, temporary) }
      if code != EEXIST { throw Failure.system(.cannotCreate, "cannot be created", code).at(shown) }
    }
    throw Failure.system(.cannotCreate, "cannot be created", EEXIST).at(shown)
  }

  /// The directory, empty or with its closing slash, and the name.
  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    let start = path.index(after: slash)
    return (String(path[..<start]), String(path[start...]))
  }

  /// The file that a symbolic link points to, so that renaming does not replace the link.
  private static func withoutLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Makes the new name survive a power failure. Some file systems cannot; the file's bytes are safe by then.
  private static func flushDirectory(of path: String) {
    let directory = split(path).directory
    let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
