public import Kernels
internal import Networks
internal import Vectors
struct Augmentation {
  init(_ a: Recipe.Augment) {}
  func apply<Scalar: Real>(to: Matrix<Scalar>, windows: Int, noise: Noise) {}
}
public final class VerifierHead<Scalar: Real> {
  public init(dim: Int, seed: UInt64) {}
  func value(batch: WindowBatch<Scalar>, seed: UInt64, step: Int) -> Double { 0 }
  func addGradient(weight: Double) {}
  var squaredNorm: Double { 0 }
  func move(_ rule: AdamW, step: Int, scale: Double) {}
}
