import Glibc
import Kernels
import Testing

@Suite struct ExponentialTests {
  /// The largest error over `points`, in units of the last place of the exact value.
  private func error(
    _ points: [Float], _ function: (SIMD8<Float>) -> SIMD8<Float>, _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    for start in stride(from: 0, to: points.count - 7, by: 8) {
      let x = SIMD8<Float>(points[start..<start + 8])
      let y = function(x)
      for lane in 0..<8 {
        let truth = exact(Double(x[lane]))
        let unit = Double(max(Float(truth).magnitude, .leastNormalMagnitude).ulp)
        let error = abs(Double(y[lane]) - truth) / unit
        worst = error <= worst ? worst : error
      }
    }
    return worst
  }

  /// Evenly over ±limit, and ever closer to 0.
  private func points(_ limit: Float) -> [Float] {
    let even = (-40_000...40_000).map { limit * Float($0) / 40_000 }
    let near = (0..<4000).flatMap { step -> [Float] in
      let x = pow(Float(0.995), Float(step))
      return [x, -x]
    }
    return even + near
  }

  @Test func areWithinUnitsInTheLastPlace() {
    #expect(error(points(86.9), Float.exponential, exp) < 2)
    #expect(error(points(80), Float.logistic) { 1 / (1 + exp(-$0)) } < 3)
    #expect(error(points(20), Float.hyperbolicTangent, tanh) < 4)
  }

  @Test func keepWhatIsNoOrdinaryNumber() {
    let x = SIMD8<Float>(0, -0.0, 200, -200, .infinity, -.infinity, .nan, 88.6)
    let exponential = Float.exponential(x)
    #expect(exponential[0] == 1 && exponential[1] == 1)
    #expect(exponential[2] == .infinity && exponential[4] == .infinity)
    #expect(exponential[3] == 0 && exponential[5] == 0)
    #expect(exponential[6].isNaN)
    #expect(abs(Double(exponential[7]) / exp(Double(x[7])) - 1) < 3e-7)
    let logistic = Float.logistic(x)
    #expect(logistic[0] == 0.5 && logistic[2] == 1 && logistic[4] == 1)
    #expect(logistic[3] == 0 && logistic[5] == 0 && logistic[6].isNaN)
    let tangent = Float.hyperbolicTangent(x)
    #expect(tangent[0] == 0 && tangent[2] == 1 && tangent[4] == 1)
    #expect(tangent[3] == -1 && tangent[5] == -1 && tangent[6].isNaN)
  }

  @Test func doublesAreTheLibrarys() {
    let x = SIMD8<Double>(-3, -1, -0.1, 0, 0.2, 1, 3, 40)
    for lane in 0..<8 {
      #expect(Double.exponential(x)[lane] == exp(x[lane]))
      #expect(Double.hyperbolicTangent(x)[lane] == tanh(x[lane]))
      #expect(Double.logistic(x)[lane] == 1 / (1 + exp(-x[lane])))
    }
  }
}
