import Glibc
import Synchronization

/// The files to remove if the tool ends before its work is done: by a failure, a closed reader, SIGINT, SIGTERM or
/// SIGHUP, or an input that shrinks. SIGKILL leaves them, under names that end in `.tmp`.
public enum TemporaryFiles {
  /// How many files may be registered at a time.
  static let capacity = 256

  /// C strings, nil where free. A signal handler may read the table at any moment: a slot is set by a single store of a
  /// complete string, which is never freed.
  nonisolated(unsafe) private static var slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  private static let lock = Mutex(())

  /// Registers the file at `path` for removal. Beyond the table's capacity this does nothing: the file is then removed
  /// only by its owner.
  public static func register(_ path: String) {
    lock.withLock { _ in
      if slots == nil {
        let table = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: capacity)
        table.initialize(repeating: nil, count: capacity)
        slots = table
        Signals.removeTemporariesWhenEnded()
      }
      guard let slots, let free = (0..<capacity).first(where: { slots[$0] == nil }) else { return }
      slots[free] = strdup(path)
    }
  }

  /// Cancels the registration of the file at `path`.
  public static func unregister(_ path: String) {
    lock.withLock { _ in
      guard let slots else { return }
      for index in 0..<capacity {
        if let registered = slots[index], strcmp(registered, path) == 0 { slots[index] = nil }
      }
    }
  }

  /// Removes every registered file. Safe within a signal handler: no lock, no allocation.
  static func removeAll() {
    guard let slots else { return }
    for index in 0..<capacity {
      guard let path = slots[index] else { continue }
      slots[index] = nil
      unlink(path)
    }
  }
}
