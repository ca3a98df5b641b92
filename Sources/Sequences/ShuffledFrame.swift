internal import Vectors

/// A frame that fills up with windows and the rows they name. A row that it holds already is named again.
final class ShuffledFrame {
  private let archive: RowArchive
  private let slots: Int
  private let hasWeights: Bool
  private let rowLimit: Int
  /// The vectors of the rows, (rows, dim) float32.
  private let vectors = GrowingBytes()
  private var articles: [UInt64] = []
  private var chunks: [UInt32] = []
  private var steps: [UInt32] = []
  private var checksums: [UInt32] = []
  private var indices: [UInt32] = []
  private var weights: [Float] = []
  /// Where in the frame each row lies, by its number in the archive.
  private var places: [UInt32: UInt32] = [:]

  init(archive: RowArchive, slots: Int, hasWeights: Bool) {
    self.archive = archive
    self.slots = slots
    self.hasWeights = hasWeights
    rowLimit = max(1, WindowShuffle.frameBytes / (4 * archive.dim))
  }

  /// Whether another window fits, whatever its rows. An empty frame takes any: it came in one frame, too.
  var hasRoom: Bool {
    indices.isEmpty || (articles.count <= rowLimit - slots && 4 * indices.count < WindowShuffle.frameBytes)
  }

  /// Adds a window: a row number for each slot, and the bits of its weight.
  func append(_ record: UnsafeBufferPointer<UInt32>) throws {
    var slot = 0
    while slot < slots {
      if let known = places[record[slot]] {
        indices.append(known)
        slot += 1
        continue
      }
      // Slots mostly name rows that follow each other: one read for all of them.
      var end = slot + 1
      while end < slots, record[end - 1] < UInt32.max, record[end] == record[end - 1] + 1, places[record[end]] == nil {
        end += 1
      }
      try take(record[slot], count: end - slot)
      slot = end
    }
    if hasWeights { weights.append(Float(bitPattern: record[slots])) }
  }

  /// Fetches `count` rows from `first` on and names them in the window.
  private func take(_ first: UInt32, count: Int) throws {
    let vectorBytes = 4 * archive.dim
    let start = vectors.count
    let records = try vectors.grow(by: count * archive.recordBytes)
    try archive.read(Int(first)..<Int(first) + count, into: records)
    for row in 0..<count {
      let record = UnsafeMutableRawBufferPointer(rebasing: records[(row * archive.recordBytes)...])
      let label = archive.label(of: record)
      articles.append(label.article)
      chunks.append(label.chunk)
      steps.append(label.step)
      checksums.append(label.checksum)
      let index = UInt32(articles.count - 1)
      places[first + UInt32(row)] = index
      indices.append(index)
      // Vectors move together, over the labels between them.
      UnsafeMutableRawBufferPointer(rebasing: records[(row * vectorBytes)...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: record[..<vectorBytes]))
    }
    vectors.truncate(to: start + count * vectorBytes)
  }

  /// Hands the frame to `emit`, if it holds a window, and empties it.
  func give(_ emit: (VectorBlock) throws -> Void) throws {
    guard !indices.isEmpty else { return }
    try withRows { rows in
      try indices.withUnsafeBufferPointer { indices in
        try weights.withUnsafeBufferPointer { weights in
          var block = rows
          block.slots = slots
          block.indices = indices
          block.weights = hasWeights ? weights : nil
          try emit(block)
        }
      }
    }
    removeAll()
  }

  private func withRows(_ body: (VectorBlock) throws -> Void) throws {
    try articles.withUnsafeBufferPointer { articles in
      try chunks.withUnsafeBufferPointer { chunks in
        try steps.withUnsafeBufferPointer { steps in
          try checksums.withUnsafeBufferPointer { checksums in
            try body(
              VectorBlock(
                dim: archive.dim, bytes: vectors.bytes, articles: articles, chunks: chunks, steps: steps,
                checksums: archive.hasChecksums ? checksums : nil))
          }
        }
      }
    }
  }

  private func removeAll() {
    vectors.truncate(to: 0)
    articles.removeAll(keepingCapacity: true)
    chunks.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    checksums.removeAll(keepingCapacity: true)
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }
}
