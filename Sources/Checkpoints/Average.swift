internal import Failures
public import Kernels
public import Networks

/// The weighted mean of several checkpoints of one configuration. It is computed tensor by tensor in double precision.
///
/// The mean has no training state: an optimizer's moments belong to the path of one training run.
///
/// Memory: the parameters twice, and one tensor in double precision.
public struct Average {
  /// The configuration that all checkpoints share.
  public let configuration: Configuration
  /// The options that all checkpoints share.
  public let options: ForwardOptions
  /// The mean; constants are the first checkpoint's.
  public let parameters: Parameters<Float>

  /// Computes the mean.
  ///
  /// - Parameters:
  ///   - files: at least one.
  ///   - weights: one for each, none negative, not all 0; they need not add up to 1.
  /// - Throws: `.badData` where a configuration or an option differs from the first one's; `.inputOutput`.
  public init(_ files: [CheckpointFile], weights: [Double]) throws {
    precondition(!files.isEmpty, "the mean of no checkpoint")
    precondition(files.count == weights.count, "\(weights.count) weights for \(files.count) checkpoints")
    let total = weights.reduce(0, +)
    precondition(total > 0 && total.isFinite && weights.allSatisfy { $0 >= 0 }, "negative, infinite or no weights")
    for file in files.dropFirst() { try files[0].checkAgreement(with: file) }
    configuration = files[0].configuration
    options = files[0].options
    parameters = Parameters(files[0].layout)
    let one = Parameters<Float>(files[0].layout)
    for (index, entry) in parameters.layout.entries.enumerated() {
      guard !entry.isConstant else {
        try files[0].read(index, into: parameters)
        continue
      }
      var sums = [Double](repeating: 0, count: entry.count)
      for (file, weight) in zip(files, weights) {
        try file.read(index, into: one)
        Self.add(one[index].entries, times: weight / total, to: &sums)
      }
      Self.round(sums, into: parameters[index].entries)
    }
  }

  private static func add(_ numbers: UnsafeMutableBufferPointer<Float>, times weight: Double, to sums: inout [Double]) {
    sums.withUnsafeMutableBufferPointer { sums in
      for index in sums.indices { sums[index] += weight * Double(numbers[index]) }
    }
  }

  private static func round(_ sums: [Double], into numbers: UnsafeMutableBufferPointer<Float>) {
    for index in numbers.indices { numbers[index] = Float(sums[index]) }
  }
}

extension CheckpointFile {
  /// Checks that another checkpoint has the same configuration.
  ///
  /// - Throws: `.badData` with the first difference, at the other file.
  public func checkConfiguration(of other: CheckpointFile) throws {
    guard let difference = configuration.difference(from: other.configuration) else { return }
    throw disagreement(difference, other)
  }

  /// Checks the configuration, and also the options on which the output depends.
  func checkAgreement(with other: CheckpointFile) throws {
    try checkConfiguration(of: other)
    let (one, two) = (options, other.options)
    if one.positionalScale != two.positionalScale {
      throw disagreement("positional_scale: \(one.positionalScale) and \(two.positionalScale)", other)
    }
    if one.lastSlotBias != two.lastSlotBias {
      throw disagreement("last_slot_bias: \(one.lastSlotBias) and \(two.lastSlotBias)", other)
    }
  }

  private func disagreement(_ difference: String, _ other: CheckpointFile) -> Failure {
    Failure(.badData, "differs from \(file.path) in \(difference)", at: other.file.path)
  }
}
