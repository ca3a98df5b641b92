internal import Failures
public import Kernels
public import Networks

/// The mean of several checkpoints of one configuration, each weighted; computed tensor by tensor in double precision,
/// so that never more than the mean and one tensor are in memory.
///
/// The mean has no training state: an optimizer's moments belong to the path that one training took.
public struct Average {
  public let configuration: Configuration
  public let options: ForwardOptions
  /// The mean; constants are the first checkpoint's.
  public let parameters: Parameters<Float>

  /// - Parameters:
  ///   - files: at least one.
  ///   - weights: one for each, none negative, not all 0; they need not add up to 1.
  /// - Throws: `Failure` with status 65 where a configuration or a condition differs from the first one's.
  public init(_ files: [CheckpointFile], weights: [Double]) throws {
    precondition(!files.isEmpty && files.count == weights.count, "a weight for each checkpoint")
    let total = weights.reduce(0, +)
    precondition(total > 0 && total.isFinite && weights.allSatisfy { $0 >= 0 }, "weights of a mean")
    for file in files.dropFirst() { try files[0].checkAgreement(with: file) }
    configuration = files[0].configuration
    options = files[0].options
    parameters = Parameters(files[0].layout)
    let one = Parameters<Float>(files[0].layout)
    for (place, entry) in parameters.layout.entries.enumerated() {
      guard !entry.isConstant else {
        try files[0].read(place, into: parameters)
        continue
      }
      var sums = [Double](repeating: 0, count: entry.count)
      for (file, weight) in zip(files, weights) {
        try file.read(place, into: one)
        Self.add(one[place].entries, times: weight / total, to: &sums)
      }
      Self.round(sums, into: parameters[place].entries)
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
  /// - Throws: `Failure` with status 65 that names what differs.
  public func checkConfiguration(of other: CheckpointFile) throws {
    guard let difference = configuration.difference(from: other.configuration) else { return }
    throw disagreement(difference, other)
  }

  /// The same, and that the output depends on nothing else that differs.
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

/// A step of stochastic gradient descent with Nesterov's momentum, whose gradient is the change from the mean of several
/// trainings back to the base they all began from (Douillard et al., "DiLoCo", 2023).
public struct OuterStep {
  public var rate: Double
  public var momentum: Double

  /// The name of a parameter's momentum among the extras of a checkpoint's training state.
  static func extra(_ name: String) -> String { "outer_momentum.\(name)" }

  public init(rate: Double, momentum: Double) {
    self.rate = rate
    self.momentum = momentum
  }

  /// With g = base - mean and v' = momentum · v + g, the new parameters are base - rate · (g + momentum · v'): PyTorch's
  /// `SGD(nesterov=True)`. The momentum v is 0 at first, and kept in the new checkpoint's extras.
  ///
  /// - Parameters:
  ///   - base: changed in place, and the checkpoint that comes of it.
  ///   - mean: of the same layout.
  public func apply(to base: Checkpoint, mean: Parameters<Float>) throws -> Checkpoint {
    precondition(base.parameters.layout == mean.layout, "parameters of one network")
    var new = Checkpoint(configuration: base.configuration, parameters: base.parameters, options: base.options)
    new.notes = base.notes
    var extras: [String: Tensor] = [:]
    for (place, entry) in mean.layout.entries.enumerated() where !entry.isConstant {
      let name = Self.extra(entry.name)
      var velocity = base.training?.extras[name] ?? Tensor(shape: entry.shape, count: entry.count)
      guard velocity.shape == entry.shape else {
        let problem = "expected \(shapeText(entry.shape)), found \(shapeText(velocity.shape))"
        throw Failure(.badData, problem, at: TrainingName.extra + name)
      }
      step(base.parameters[place].entries, mean[place].entries, &velocity.numbers)
      extras[name] = velocity
    }
    new.training = TrainingState(extras: extras)
    return new
  }

  private func step(
    _ base: UnsafeMutableBufferPointer<Float>, _ mean: UnsafeMutableBufferPointer<Float>, _ velocity: inout [Float]
  ) {
    velocity.withUnsafeMutableBufferPointer { velocity in
      for index in base.indices {
        let gradient = Double(base[index]) - Double(mean[index])
        let moved = momentum * Double(velocity[index]) + gradient
        velocity[index] = Float(moved)
        base[index] = Float(Double(base[index]) - rate * (gradient + momentum * moved))
      }
    }
  }
}

extension Tensor {
  /// Zeros.
  fileprivate init(shape: [Int], count: Int) { self.init(shape: shape, numbers: [Float](repeating: 0, count: count)) }
}
