internal import Failures
internal import Glibc

/// A process whose three standard streams are pipes to this one.
struct Child {
  let number: pid_t
  let input: Int32
  let output: Int32
  let errors: Int32

  /// Pipes become close-on-exec only after they are made: meanwhile no other test may start a process, which would
  /// inherit their writing ends and keep them open.
  private static let lock = SpawnLock()

  /// Starts `/bin/sh` with these words, in a new process group and with default signal dispositions.
  init(shell words: [String], environment: [String]) throws {
    self = try Child.lock.locked {
      let (childInput, input) = try Child.pipe()
      let (output, childOutput) = try Child.pipe()
      let (errors, childErrors) = try Child.pipe()
      defer { for end in [childInput, childOutput, childErrors] { close(end) } }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for (end, index) in [(childInput, 0), (childOutput, 1), (childErrors, 2)] {
        posix_spawn_file_actions_adddup2(&actions, end, Int32(index))
      }
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      var signals = sigset_t()
      sigfillset(&signals)
      posix_spawnattr_setsigdefault(&attributes, &signals)
      sigemptyset(&signals)
      posix_spawnattr_setsigmask(&attributes, &signals)
      posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
      var number: pid_t = 0
      let code = withStrings(["sh"] + words) { words in
        withStrings(environment) { posix_spawn(&number, "/bin/sh", &actions, &attributes, words, $0) }
      }
      guard code == 0 else { throw Failure(.internalFault, "posix_spawn: error \(code)") }
      return Child(number: number, input: input, output: output, errors: errors)
    }
  }

  private init(number: pid_t, input: Int32, output: Int32, errors: Int32) {
    (self.number, self.input, self.output, self.errors) = (number, input, output, errors)
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw Failure(.internalFault, "pipe: error \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// Calls `body` with C strings, terminated by nil.
private func withStrings<Result>(
  _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var copies = words.map { strdup($0) } + [nil]
  defer { for copy in copies { free(copy) } }
  return copies.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("an array with a nil has no address") }
    return body(UnsafePointer(start))
  }
}

final class SpawnLock: Sendable {
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
