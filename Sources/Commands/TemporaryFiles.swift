import Glibc

/// The files to remove should the tool end before its work is done: by a failure, by a closed reader, by
/// SIGINT, SIGTERM or SIGHUP, by an input that shrinks. SIGKILL leaves them, under names that say what they are.
public enum TemporaryFiles {
  /// How many files may be registered at a time.
  static let capacity = 256

  /// C strings, nil where free. A signal handler reads the table at any moment: a slot is filled by one store of a
  /// whole string and its string is never freed.
  nonisolated(unsafe) private static var slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  private static let lock = Lock()

  /// Has the file at `path` removed unless it is unregistered first. Registering beyond the table's capacity does
  /// nothing: the file is then only removed by its owner.
  public static func register(_ path: String) {
    lock.locked {
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

  /// Leaves the file at `path` alone from now on.
  public static func unregister(_ path: String) {
    lock.locked {
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
