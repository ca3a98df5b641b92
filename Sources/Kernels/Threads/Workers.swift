internal import CBLAS
internal import COpenBLAS
internal import Failures
internal import Glibc
internal import Synchronization

/// The threads that kernels compute on: the caller's and helpers that wait for it.
///
/// A kernel cuts its work into one contiguous part a thread. Every part writes what no other part touches, and no sum
/// is split between parts, so that figures do not depend on who was faster.
public enum Workers {
  // Whoever holds `isTaken` may touch the team.
  nonisolated(unsafe) private static var team: Team?
  private static let isTaken = Atomic<Bool>(false)

  /// The threads that share the work from now on.
  ///
  /// - Parameter threads: 1 or more. A system that gives fewer, or memory for fewer, is used as far as it goes.
  /// - Throws: `Failure` `.outOfResources` where there is not even memory for products on one thread.
  public static func use(threads: Int) throws {
    precondition(threads >= 1, "the number of threads is below 1")
    while !take() { sched_yield() }
    defer { isTaken.store(false, ordering: .releasing) }
    _ = isPrepared
    let possible = Int(nextvec_reserve_buffers(Int32(clamping: threads)))
    guard possible > 0 else {
      throw Failure(
        .outOfResources,
        "not enough memory for matrix products: OpenBLAS needs 128 MiB of address space for each thread",
        hint: "raise the limit on memory (ulimit -v)")
    }
    _ = spawn(possible)
  }

  /// The threads that share the work.
  public static var threads: Int {
    while !take() { sched_yield() }
    defer { isTaken.store(false, ordering: .releasing) }
    return team?.size ?? 1
  }

  /// Readies OpenBLAS for a call that no kernel makes.
  static func prepare() { _ = isPrepared }

  /// OpenBLAS, made ready once and before anyone's first product: a caller that works alone must not meet it halfway.
  private static let isPrepared: Bool = {
    _ = nextvec_choose_kernels()
    // Parts call OpenBLAS at the same time; each call then keeps to its thread.
    openblas_set_num_threads(1)
    return true
  }()

  private static func take() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
  }

  private static func spawn(_ threads: Int) -> Team {
    if let team, team.size == threads { return team }
    team?.dismiss()
    let new = Team(size: threads)
    team = new
    return new
  }

  /// Calls `body` for parts of 0..<count that together cover it, on all threads at once.
  ///
  /// - Parameters:
  ///   - least: work worth a part of its own; where there is less, fewer parts are made.
  ///   - multiple: parts begin at multiples of it.
  @inline(never)
  public static func parallel(_ count: Int, minimum: Int = 1, multiple: Int = 1, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    _ = isPrepared
    // While another thread has the team, or a part of the team's work has parts of its own, the caller works alone.
    guard take() else { return body(0..<count) }
    defer { isTaken.store(false, ordering: .releasing) }
    let team = team ?? spawn(1)
    let parts = min(team.size, max(1, count / max(minimum, 1)))
    guard parts > 1 else { return body(0..<count) }
    let share = ((count + parts - 1) / parts + multiple - 1) / multiple * multiple
    withoutActuallyEscaping(body) { body in
      team.run(parts: parts) { part in
        let start = part * share
        if start < count { body(start..<min(start + share, count)) }
      }
    }
  }
}

/// Helpers that spin for work that comes soon, and sleep when it does not.
private final class Team: @unchecked Sendable {
  let size: Int
  private let generation = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isDismissed = Atomic<Bool>(false)
  // A mutex of the C library and not the standard library's, because a condition variable has to wait on it.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [pthread_t] = []
  // Written by the caller before `generation` moves, read by helpers after.
  private var work: ((Int) -> Void)?
  private var parts = 0

  /// How often a helper reads the flag before it sleeps: about half a millisecond (measured: 0.41 to 0.54 ms on an AMD EPYC),
  /// longer than the serial work between two kernels.
  private static let spinLimit = 1_000_000

  init(size: Int) {
    self.size = size
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    for part in 1..<max(size, 1) { spawn(part) }
  }

  private func spawn(_ part: Int) {
    let assignment = Unmanaged.passRetained(Assignment(team: self, part: part)).toOpaque()
    var thread = pthread_t()
    let failed = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let assignment = Unmanaged<Assignment>.fromOpaque(argument).takeRetainedValue()
        assignment.team.serve(assignment.part)
        return nil
      }, assignment)
    if failed == 0 {
      threads.append(thread)
    } else {
      Unmanaged<Assignment>.fromOpaque(assignment).release()
    }
  }

  func dismiss() {
    isDismissed.store(true, ordering: .sequentiallyConsistent)
    generation.add(1, ordering: .sequentiallyConsistent)
    wake()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Part 0 on the caller's thread, the others on helpers; returns when all are done.
  func run(parts: Int, _ work: @escaping (Int) -> Void) {
    // A helper that could not be started leaves its parts to the caller.
    let helped = min(parts - 1, threads.count)
    self.work = work
    self.parts = helped + 1
    unfinished.store(threads.count, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
    work(0)
    for part in helped + 1..<max(parts, helped + 1) { work(part) }
    var spins = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      spins += 1
      if spins > Self.spinLimit { sched_yield() }
    }
    self.work = nil
  }

  private func wake() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  func serve(_ part: Int) {
    var seen = 0
    while true {
      seen = next(after: seen)
      if isDismissed.load(ordering: .acquiring) { return }
      if part < parts, let work { work(part) }
      unfinished.subtract(1, ordering: .releasing)
    }
  }

  private func next(after seen: Int) -> Int {
    for _ in 0..<Self.spinLimit {
      let now = generation.load(ordering: .acquiring)
      if now != seen { return now }
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let now = generation.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      pthread_cond_wait(condition, mutex)
    }
  }
}

private final class Assignment {
  let team: Team
  let part: Int

  init(team: Team, part: Int) {
    self.team = team
    self.part = part
  }
}
