internal import CPipes
internal import Failures
internal import Glibc

extension Descriptor {
  /// The result of fstat(2); nil where the call fails.
  var status: stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  private var format: mode_t { (status?.st_mode ?? 0) & S_IFMT }

  /// Whether it is a pipe, named or not.
  public var isPipe: Bool { format == S_IFIFO }
  /// Whether it is a socket, which some shells use for their pipes.
  public var isSocket: Bool { format == S_IFSOCK }
  /// Whether it is a folder: one can be opened for reading, but not read.
  public var isFolder: Bool { format == S_IFDIR }
  /// Whether it is a file with a size and offsets, which can be mapped.
  public var isRegularFile: Bool { format == S_IFREG }

  /// The size of a regular file in bytes; nil for anything else.
  public var regularFileSize: Int? {
    guard isRegularFile, let status else { return nil }
    return Int(status.st_size)
  }

  /// The byte at which the next transfer starts; nil where there are no offsets, as in a pipe.
  public var offset: Int? {
    let offset = lseek(number, 0, SEEK_CUR)
    return offset < 0 ? nil : Int(offset)
  }

  /// Asks for a pipe buffer of 1 MiB, with which a pipe moves half as much again as with the usual 64 KiB; the system
  /// may refuse.
  public func widenPipe() {
    _ = fcntl(number, nextvec_set_pipe_size, 1 << 20)
  }
}
