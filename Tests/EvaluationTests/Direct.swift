import Evaluation
import Sequences
import TestSupport
import Vectors

/// The definitions of docs/metrics.md, written out slowly in double precision.
struct Direct {
  let rows: Frame
  let options: SequenceOptions
  /// Vectors by key.
  private let store: [Key: [Double]]

  init(_ rows: Frame, _ options: SequenceOptions) {
    self.rows = rows
    self.options = options
    store = Dictionary(
      uniqueKeysWithValues: rows.keys.indices.map { (rows.keys[$0], rows.vector($0).map(Double.init)) })
  }

  /// The first chunk of every window: the whole span must be there.
  var starts: [Key] {
    rows.keys.filter { first in
      (0..<options.context + options.offset + options.futures).allSatisfy { store[Self.key(first, $0)] != nil }
    }
  }

  static func key(_ key: Key, _ distance: Int) -> Key {
    Key(article: key.article, chunk: UInt32(Int(key.chunk) + distance))
  }

  func cosine(_ a: Key, _ b: Key) -> Double {
    guard let a = store[a], let b = store[b] else { return .nan }
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = [a, b].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return norms.contains(0) ? 0 : product / (norms[0] * norms[1])
  }

  private func mean(_ figures: [Double]) -> Double { figures.reduce(0, +) / Double(figures.count) }

  private func context(_ start: Key, _ slot: Int) -> Key { Self.key(start, slot) }
  private func last(_ start: Key) -> Key { Self.key(start, options.context - 1) }
  private func target(_ start: Key) -> Key { Self.key(start, options.context - 1 + options.offset) }

  var positionSimilarity: [Double] {
    (0..<options.context).map { slot in mean(starts.map { cosine(context($0, slot), target($0)) }) }
  }

  var adjacentSimilarity: [Double] {
    (0..<options.context - 1).map { slot in mean(starts.map { cosine(context($0, slot), context($0, slot + 1)) }) }
  }

  var coherence: Double? { options.context == 1 ? nil : mean(adjacentSimilarity) }

  var forward: Double { mean(starts.map { cosine(last($0), target($0)) }) }

  var backward: Double? {
    options.offset == 1 ? nil : mean(starts.map { cosine(last($0), Self.key(target($0), -1)) })
  }

  var delta: Double? { backward.map { forward - $0 } }

  var temporalSignal: Double { positionSimilarity[options.context - 1] - positionSimilarity[0] }

  var temporalOrder: Bool {
    let similarities = positionSimilarity
    guard similarities.count > 1 else { return false }
    return similarities.indices.dropFirst().allSatisfy { similarities[$0 - 1] < similarities[$0] }
  }

  /// Over the windows that have the chunk k after their last context chunk.
  func offsetProfile(_ k: Int) -> Double? {
    let found = starts.map { last($0) }.filter { Int($0.chunk) + k >= 0 && store[Self.key($0, k)] != nil }
    return found.isEmpty ? nil : mean(found.map { cosine($0, Self.key($0, k)) })
  }

  /// Narrative delta of each window.
  var deltas: [Double] { starts.map { cosine(last($0), target($0)) - cosine(last($0), Self.key(last($0), -1)) } }

  var meanCosineNext: Double { forward }
  var meanCosinePrevious: Double { mean(starts.map { cosine(last($0), Self.key(last($0), -1)) }) }

  /// (last edge − first edge) / n, summed over articles.
  var telescoped: Double {
    let edges = Dictionary(grouping: starts, by: \.article).values.map { starts in
      let ordered = starts.sorted()
      let (first, end) = (ordered[0], ordered[ordered.count - 1])
      return cosine(last(end), target(end)) - cosine(last(first), Self.key(last(first), -1))
    }
    return edges.reduce(0, +) / Double(starts.count)
  }
}

/// The windows that the builder makes of rows in parts that begin at `cuts`.
func frames(_ rows: Frame, _ options: SequenceOptions, cuts: [Int] = []) throws -> [Frame] {
  var builder = SequenceBuilder(dim: rows.dim, options: options)
  var frames: [Frame] = []
  func take(_ frame: SequenceBuilder.Frame) {
    frames.append(
      Frame(frame.runs, dim: rows.dim, repeated: frame.repeated, slots: options.roles.slots, indices: frame.indices))
  }
  for part in rows.cut(before: cuts) { try part.withBlock { try builder.add($0, emit: take) } }
  try builder.finish(emit: take)
  return frames.filter { $0.rows > $0.repeated || $0.windows > 0 }
}

func isClose(_ a: Double?, _ b: Double?, _ tolerance: Double) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= tolerance
}

func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}
