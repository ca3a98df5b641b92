import Glibc

/// Standard input, output and error as the parent process left them.
enum StandardStreams {
  /// Reserves the number of each that is closed, by a descriptor that can be neither read as input nor written as
  /// output, so that no file opened later gets that number and is written to by mistake.
  static func reserve() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      if fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", mode) }
    }
  }
}
