internal import Failures
public import Vectors

/// Puts windows into a seeded random order. It takes them in from blocks, however these are cut, and gives them out in
/// frames that hold the rows they name, each row once a frame.
///
/// Rows stay in memory as long as they and the windows take no more than `memory` bytes; then they go to a temporary
/// file. Windows stay in memory: 4 bytes a slot and 4 for the weight.
public final class WindowShuffle {
  /// The entries of a vector.
  public let dim: Int
  /// The slots of a window.
  public let slots: Int
  /// Rows taken in so far, without those that blocks repeat.
  public var rows: Int { archive.rows }
  /// Windows taken in so far.
  public private(set) var windows = 0
  /// Rows that no window names; known once the windows have been given out.
  public private(set) var unusedRows = 0
  /// Whether rows went to a temporary file.
  public var isSpilled: Bool { archive.isSpilled }

  private let seed: UInt64
  private let memory: Int
  private let archive: RowArchive
  /// A record for each window: a row number for each slot, and the bits of the weight.
  private let table = GrowingBytes()
  /// Whether any weight is other than 1.
  private var hasWeights = false
  /// Row numbers are 32 bits wide.
  var rowLimit = 1 << 32

  /// Vectors of a frame, in bytes; a frame with one window alone may hold more.
  static let frameBytes = 512 << 10

  /// - Parameters:
  ///   - memory: bytes that may be held before rows go to a temporary file.
  public init(dim: Int, slots: Int, seed: UInt64, memory: Int) {
    self.dim = dim
    self.slots = slots
    self.seed = seed
    self.memory = memory
    archive = RowArchive(dim: dim)
  }

  /// 4-byte words of a window's record.
  private var words: Int { slots + 1 }

  // MARK: - Taking in

  /// Takes in the new rows of `block` and its windows.
  ///
  /// - Throws: `.badData` for more rows than 32 bits can number; `.cannotCreate` and `.inputOutput` for a temporary file
  ///   that cannot be made or written.
  public func add(_ block: VectorBlock) throws {
    precondition(block.dim == dim && (block.windows == 0 || block.slots == slots), "windows of one form")
    // The rows of a block follow each other among all rows: those it repeats are the last ones before it.
    let first = archive.rows - block.repeated
    precondition(first >= 0, "repeated rows have come before")
    guard first <= rowLimit - block.rows else {
      throw Failure(
        .badData, "more than \(rowLimit) rows, which is all that 32 bits can number",
        hint: "split the stream with stream-split and shuffle its parts")
    }
    for row in block.repeated..<block.rows {
      try archive.append(block, row: row)
      if !archive.isSpilled, archive.heldBytes + table.count > memory { try archive.spill() }
    }
    try addWindows(block, first: first)
  }

  private func addWindows(_ block: VectorBlock, first: Int) throws {
    guard block.windows > 0 else { return }
    let record = try table.grow(by: block.windows * words * 4).bindMemory(to: UInt32.self)
    for window in 0..<block.windows {
      let start = window * words
      for slot in 0..<slots { record[start + slot] = UInt32(first + block.row(window, slot)) }
      let weight = block.weight(window)
      if weight != 1 { hasWeights = true }
      record[start + slots] = weight.bitPattern
    }
    windows += block.windows
  }

  // MARK: - Giving out

  /// Gives all windows in their new order, in frames of about 512 KiB, to `emit`, which must not keep them.
  ///
  /// Call it once. The order is a Fisher–Yates permutation, drawn window by window; it and the cuts depend on the seed
  /// and on what came in alone.
  public func finish(emit: (VectorBlock) throws -> Void) throws {
    let records = table.mutableBytes.bindMemory(to: UInt32.self)
    var generator = SeededGenerator(seed: seed)
    var used = [UInt64](repeating: 0, count: (archive.rows + 63) / 64)
    let frame = ShuffledFrame(archive: archive, slots: slots, hasWeights: hasWeights)
    for window in 0..<windows {
      let drawn = window + generator.index(below: windows - window)
      if drawn != window { swap(records, window, drawn) }
      if !frame.hasRoom { try frame.give(emit) }
      let record = UnsafeBufferPointer(rebasing: records[window * words..<(window + 1) * words])
      for row in record.dropLast() { used[Int(row >> 6)] |= 1 << UInt64(row & 63) }
      try frame.append(record)
    }
    try frame.give(emit)
    unusedRows = archive.rows - used.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  private func swap(_ records: UnsafeMutableBufferPointer<UInt32>, _ a: Int, _ b: Int) {
    for word in 0..<words { records.swapAt(a * words + word, b * words + word) }
  }
}
