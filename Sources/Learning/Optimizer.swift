public import Kernels
public import Networks

/// AdamW over the parameters of a network: two moments a parameter, and the count of steps.
///
/// Constants of the layout are never touched.
public final class Optimizer<Scalar: Real> {
  /// Learning rate, decay and the constants of AdamW.
  public var rule: AdamW
  /// The moments m and v; they are written into checkpoints, so that training resumes as if it had not stopped.
  public let first: Parameters<Scalar>
  /// The second moments v: running means of squared gradients.
  public let second: Parameters<Scalar>
  /// Steps taken.
  public var steps = 0
  private let runs: [Range<Int>]

  /// Creates an optimizer whose moments are zero.
  public init(_ layout: ParameterLayout, rule: AdamW) {
    self.rule = rule
    first = Parameters(layout)
    second = Parameters(layout)
    runs = layout.trainableRuns
  }

  /// The sum of squares of the gradients of all trainable parameters; not finite if one of them is not.
  public func squaredNorm(_ gradients: Parameters<Scalar>) -> Double {
    runs.reduce(0) { $0 + Norms.squared(gradients.all, run: $1) }
  }

  /// Takes one step.
  ///
  /// - Parameter scale: of the gradients: `Norms.clippingScale` where they are clipped.
  public func update(_ parameters: Parameters<Scalar>, _ gradients: Parameters<Scalar>, scale: Double = 1) {
    precondition(parameters.layout == first.layout && gradients.layout == first.layout, "parameters of one layout")
    steps += 1
    for run in runs {
      rule.update(
        step: steps, run: run, parameters: parameters.all, gradients: gradients.all, first: first.all,
        second: second.all, scale: scale)
    }
  }
}
