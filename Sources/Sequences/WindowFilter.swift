public import Vectors

/// Leaves out the weak windows of each block, or multiplies their weights; all rows stay. Keeps its buffers from block
/// to block.
public struct WindowFilter {
  /// Windows seen so far.
  public private(set) var windows = 0
  /// The weak ones among them.
  public private(set) var weakWindows = 0

  private let weakWeight: Float?
  private var indices: [UInt32] = []
  private var weights: [Float] = []

  /// - Parameter weakWeight: what the weight of a weak window is multiplied by, 0 to 1; nil to leave it out.
  public init(weakWeight: Float?) {
    self.weakWeight = weakWeight
  }

  /// Calls `body` with the windows of a block that are left: their indices, (windows, slots), and their weights, nil
  /// where all are 1.
  ///
  /// - Parameter isWeak: asked once for each window, in order.
  public mutating func apply(
    to block: VectorBlock, isWeak: (Int) -> Bool,
    _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>?) throws -> Void
  ) rethrows {
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    var hasWeights = block.weights != nil
    for window in 0..<block.windows {
      var weight = block.weight(window)
      windows += 1
      if isWeak(window) {
        weakWindows += 1
        guard let weakWeight else { continue }
        weight *= weakWeight
        hasWeights = true
      }
      indices.append(contentsOf: block.indices[window * block.slots..<(window + 1) * block.slots])
      weights.append(weight)
    }
    try indices.withUnsafeBufferPointer { indices in
      try weights.withUnsafeBufferPointer { weights in try body(indices, hasWeights ? weights : nil) }
    }
  }
}
