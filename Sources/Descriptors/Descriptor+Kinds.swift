internal import CShims
internal import Failures
internal import Glibc

extension Descriptor {
  /// What the system tells of it: nil where it tells nothing.
  var status: stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  private var format: mode_t { (status?.st_mode ?? 0) & S_IFMT }

  public var isPipe: Bool { format == S_IFIFO }
  public var isSocket: Bool { format == S_IFSOCK }
  public var isFolder: Bool { format == S_IFDIR }
  public var isRegularFile: Bool { format == S_IFREG }

  /// The size of a regular file in bytes; nil for anything else.
  public var regularFileSize: Int? {
    guard isRegularFile, let status else { return nil }
    return Int(status.st_size)
  }

  /// Where the next byte is read or written; nil where there is no such place, as in a pipe.
  public var offset: Int? {
    let offset = lseek(number, 0, SEEK_CUR)
    return offset < 0 ? nil : Int(offset)
  }

  /// Asks for a pipe of 1 MiB, which moves half as much again as one of 64 KiB; the system may refuse.
  public func widenPipe() {
    _ = fcntl(number, nextvec_set_pipe_size, 1 << 20)
  }
}
