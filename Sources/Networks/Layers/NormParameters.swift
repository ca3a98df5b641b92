package import Kernels

/// Where a norm's weight and bias are.
package struct NormParameters: Sendable {
  private let weight: ParameterIndex
  private let bias: ParameterIndex

  init(_ name: String, width: Int, in layout: inout ParameterLayout) {
    weight = layout.add("\(name).weight", [width], .constant(1))
    bias = layout.add("\(name).bias", [width], .constant(0))
  }

  /// The norm with these parameters, or its gradients.
  package func callAsFunction<Scalar: Real>(_ parameters: Parameters<Scalar>) -> LayerNorm<Scalar> {
    LayerNorm(weight: parameters[weight], bias: parameters[bias])
  }
}
