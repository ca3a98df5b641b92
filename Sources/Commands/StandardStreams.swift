import Glibc

/// Standard input, output and error as the parent left them.
enum StandardStreams {
  /// Gives each that is closed something that refuses reading or writing, so that no file opened later takes its number
  /// and is written to by mistake.
  static func hold() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      if fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", mode) }
    }
  }
}
