internal import Failures
public import Kernels
public import Networks

/// A step of stochastic gradient descent with Nesterov's momentum, whose gradient is the difference between the base of
/// several training runs and the mean of their results (Douillard et al., "DiLoCo", 2023).
public struct OuterStep {
  /// The learning rate; 1 without momentum gives the mean.
  public var rate: Double
  /// The momentum, 0 for none.
  public var momentum: Double

  /// The name of a parameter's momentum among the extras of a checkpoint's training state.
  static func extra(_ name: String) -> String { "outer_momentum.\(name)" }

  /// A step; both numbers are finite.
  public init(rate: Double, momentum: Double) {
    self.rate = rate
    self.momentum = momentum
  }

  /// With g = base - mean and v' = momentum · v + g, the new parameters are base - rate · (g + momentum · v'):
  /// PyTorch's `SGD(nesterov=True)`. The velocity v is 0 at first, and kept in the new checkpoint's extras.
  ///
  /// - Parameters:
  ///   - base: its parameters are changed in place, and shared with the result.
  ///   - mean: of the same layout.
  /// - Throws: `.badData` where the base has a velocity of another shape.
  public func apply(to base: Checkpoint, mean: Parameters<Float>) throws -> Checkpoint {
    precondition(base.parameters.layout == mean.layout, "base and mean are of different networks")
    var new = Checkpoint(configuration: base.configuration, parameters: base.parameters, options: base.options)
    new.notes = base.notes
    var extras: [String: Tensor] = [:]
    for (index, entry) in mean.layout.entries.enumerated() where !entry.isConstant {
      let name = Self.extra(entry.name)
      var velocity = base.training?.extras[name] ?? Tensor(shape: entry.shape, count: entry.count)
      guard velocity.shape == entry.shape else {
        let problem = "expected \(shapeText(entry.shape)), found \(shapeText(velocity.shape))"
        throw Failure(.badData, problem, at: TrainingName.extra + name)
      }
      step(base.parameters[index].entries, mean[index].entries, &velocity.numbers)
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
