import Kernels
import Testing

@Suite struct GradientCheckTests {
  /// Σ xᵢ⁴/4 + x₀x₁, whose gradient is x³ and the other one of the first two.
  @Test func seesAnErrorOfATenthOfAPercent() {
    let arena = Arena<Double>()
    let x = arena.matrix(rows: 2, columns: 3)
    let gradient = arena.matrix(rows: 2, columns: 3)
    for i in 0..<6 { x[i / 3, i % 3] = Double(i) / 3 - 0.7 }
    func loss() -> Double { GradientCheck.copy(x).reduce(0) { $0 + $1 * $1 * $1 * $1 / 4 } + x[0, 0] * x[0, 1] }
    for i in 0..<6 { gradient[i / 3, i % 3] = x[i / 3, i % 3] * x[i / 3, i % 3] * x[i / 3, i % 3] }
    gradient[0, 0] += x[0, 1]
    gradient[0, 1] += x[0, 0]
    let before = GradientCheck.copy(x)
    #expect(GradientCheck.error(of: gradient, by: x, loss) < 1e-9)
    #expect(GradientCheck.copy(x) == before)
    gradient[1, 2] *= 1.001
    #expect(GradientCheck.error(of: gradient, by: x, loss) > 1e-5)
    gradient[1, 2] = .nan
    #expect(!(GradientCheck.error(of: gradient, by: x, loss) < 1))
  }
}
