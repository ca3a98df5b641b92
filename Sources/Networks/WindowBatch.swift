public import Kernels
public import Vectors

/// Windows gathered from blocks into matrices, as networks read them: position-major, so that slot t of window b in a
/// batch of n windows is row t·n + b. Vectors are copied as they are.
///
/// Fill it with `append` until it `isFull`, or the windows end; then `close()` it, use it, and `reset()` it. Everything
/// is allocated when it is made.
public final class WindowBatch<Scalar: Real> {
  /// Entries of a vector.
  public let dim: Int
  /// What the slots of a window are.
  public let roles: Roles
  /// The most windows it holds.
  public let capacity: Int
  /// Windows appended: n.
  public private(set) var windows = 0
  /// (context · n, dim) of (context · capacity, dim).
  public let contexts: Matrix<Scalar>
  /// (n, dim) of (capacity, dim).
  public let targets: Matrix<Scalar>
  /// (n, dim) of (capacity, dim): the chunk just before the target, where the windows have a slot for it.
  public let previous: Matrix<Scalar>?
  /// (negatives · n, dim), where the windows have such slots.
  public let negatives: Matrix<Scalar>?
  /// (futures · n, dim): the chunks after the target, where the windows have such slots.
  public let futures: Matrix<Scalar>?
  /// (1, n) of (1, capacity): the windows' weights.
  public let weights: Matrix<Scalar>
  /// (n): the keys of the targets.
  public private(set) var keys: [Key] = []

  private let arena = Arena<Scalar>()
  /// The slots of a role and the rows they go to.
  private let destinations: [(slots: Range<Int>, rows: Matrix<Scalar>)]
  private var isClosed = false

  /// - Parameter contexts: where the contexts go, (context · capacity, dim), such as the `dim` columns of a workspace's own;
  ///   nil for memory of the batch's own.
  public init(dim: Int, roles: Roles, capacity: Int, contexts given: Matrix<Scalar>? = nil) {
    precondition(capacity >= 1, "a batch without room")
    self.dim = dim
    self.roles = roles
    self.capacity = capacity
    let arena = arena
    func rows(_ role: String) -> Matrix<Scalar>? {
      let slots = roles.slots(of: role).count
      return slots == 0 ? nil : arena.matrix(rows: slots * capacity, columns: dim)
    }
    contexts = given ?? arena.matrix(rows: roles.context * capacity, columns: dim)
    precondition(
      contexts.rows == roles.context * capacity && contexts.columns == dim, "contexts of another shape than the batch's"
    )
    targets = arena.matrix(rows: capacity, columns: dim)
    previous = rows("previous")
    negatives = rows("negative")
    futures = rows("future")
    weights = arena.matrix(rows: 1, columns: capacity)
    let all = [
      ("context", contexts), ("target", targets), ("previous", previous), ("negative", negatives), ("future", futures),
    ]
    destinations = all.compactMap { role, rows in rows.map { (roles.slots(of: role), $0) } }
    keys.reserveCapacity(capacity)
  }

  /// Whether there is no room for another window.
  public var isFull: Bool { windows == capacity }

  /// Appends a window of a block of the same dim and roles.
  public func append(_ block: VectorBlock, _ window: Int) {
    precondition(!isFull && !isClosed, "no room for another window, or a closed batch")
    precondition(block.dim == dim && block.slots == roles.slots, "a block of another dim or other slots")
    for destination in destinations {
      for (position, slot) in destination.slots.enumerated() {
        destination.rows.setRow(position * capacity + windows, to: block.vector(block.row(window, slot)))
      }
    }
    weights[0, windows] = Scalar(block.weight(window))
    keys.append(block.key(block.row(window, roles.target)))
    windows += 1
  }

  /// Moves the rows of a batch that is not full together, so that row t·n + b holds.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    guard !isFull else { return }
    for destination in destinations {
      for position in destination.slots.indices.dropFirst().map({ $0 - destination.slots.lowerBound }) {
        destination.rows.moveRows(from: position * capacity, to: position * windows, count: windows)
      }
    }
  }

  /// Empties it.
  public func reset() {
    windows = 0
    isClosed = false
    keys.removeAll(keepingCapacity: true)
  }
}
