internal import Glibc

extension Child {
  /// Writes `input`, collects the output, and waits for the end; after `seconds` it kills the process and all that it
  /// started.
  ///
  /// Reading and writing alternate, so that neither side waits for the other with a full pipe.
  func exchange(_ input: [UInt8], seconds: Double) -> Run {
    let deadline = Self.now + seconds
    var run = Run(output: [], errors: "", status: 0)
    var errors: [UInt8] = []
    var fed = 0
    var open: Set<Int32> = [self.input, output, self.errors]
    func shut(_ descriptor: Int32) {
      close(descriptor)
      open.remove(descriptor)
    }
    _ = fcntl(self.input, F_SETFL, O_NONBLOCK)
    if input.isEmpty { shut(self.input) }
    while !open.isEmpty {
      if Self.now > deadline, !run.wasKilled {
        kill(-number, SIGKILL)
        run.wasKilled = true
      }
      var waiting = open.map { pollfd(fd: $0, events: Int16($0 == self.input ? POLLOUT : POLLIN), revents: 0) }
      poll(&waiting, UInt(waiting.count), 50)
      for ready in waiting where ready.revents != 0 {
        switch ready.fd {
        case self.input: if !feed(input, &fed) { shut(ready.fd) }
        case output: if !Self.gather(ready.fd, &run.output) { shut(ready.fd) }
        default: if !Self.gather(ready.fd, &errors) { shut(ready.fd) }
        }
      }
    }
    run.errors = String(decoding: errors, as: UTF8.self)
    run.status = wait(until: deadline, &run.wasKilled)
    return run
  }

  /// - Returns: whether there is more to write, and still a reader.
  private func feed(_ bytes: [UInt8], _ fed: inout Int) -> Bool {
    let count = bytes.withUnsafeBytes { write(input, $0.baseAddress.map { $0 + fed }, $0.count - fed) }
    if count < 0 { return errno == EAGAIN || errno == EINTR }
    fed += count
    return fed < bytes.count
  }

  /// - Returns: false at the end of the output.
  private static func gather(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR }
    bytes.append(contentsOf: buffer[..<count])
    return count > 0
  }

  private func wait(until deadline: Double, _ wasKilled: inout Bool) -> Int32 {
    var status: Int32 = 0
    while waitpid(number, &status, WNOHANG) == 0 {
      usleep(500)
      if Self.now > deadline, !wasKilled {
        kill(-number, SIGKILL)
        wasKilled = true
      }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
