import Evaluation
import Testing
import Vectors

@Suite struct InnerProductsTests {
  private static func random(_ count: Int, scale: Float, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.gaussian()) * scale }
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Double {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in InnerProducts.dot(a, b) } }
  }

  /// Exact sum of magnitudes, against which a rounding error is measured.
  private static func magnitude(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) }
  }

  static let scales: [(Float, Float)] = [
    (1, 1), (1e30, 1e30), (1e-30, 1e-30), (1e30, 1e-30), (3e37, 1), (1e-38, 1e-5), (1e19, 1e19), (1e-23, 1e-22),
  ]

  @Test(arguments: scales) func dotIsTheSumOfProducts(_ left: Float, _ right: Float) {
    for dim in Array(1...100) + [384, 768, 1024] {
      let a = Self.random(dim, scale: left, seed: UInt64(dim))
      let b = Self.random(dim, scale: right, seed: UInt64(dim) + 1000)
      let exact = zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      let bound = Self.magnitude(a, b) * (dim < 8 ? 1e-15 : 1e-6)
      #expect(abs(Self.dot(a, b) - exact) <= bound, "dim \(dim)")
    }
  }

  @Test func dotDoesNotDependOnWhereRowsLie() {
    let a = Self.random(130, scale: 1, seed: 1)
    let b = Self.random(130, scale: 1, seed: 2)
    for dim in [1, 31, 32, 33, 100] {
      let there = Self.dot(Array(a[..<dim]), Array(b[..<dim]))
      for shift in 0..<17 {
        let moved = ([Float](repeating: 9, count: shift) + a[..<dim]).withUnsafeBufferPointer { long in
          b.withUnsafeBufferPointer {
            InnerProducts.dot(
              UnsafeBufferPointer(rebasing: long[shift...]), UnsafeBufferPointer(rebasing: $0[..<dim]))
          }
        }
        #expect(moved == there)
      }
    }
  }

  @Test(arguments: [Float(1), 1e30, 1e-30, 3e38, 1e-37]) func normalizedVectorsHaveLengthOne(_ scale: Float) {
    for dim in [1, 3, 32, 100] {
      var vector = Self.random(dim, scale: 1, seed: UInt64(dim)).map { max(-1, min(1, $0)) * scale }
      let direction = vector.map { Double($0) }
      let hasLength = vector.withUnsafeMutableBufferPointer { InnerProducts.normalize($0) }
      #expect(hasLength)
      let length = vector.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(length - 1) < 1e-5, "dim \(dim)")
      let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (entry, before) in zip(vector, direction) { #expect(abs(Double(entry) - before / norm) < 1e-5) }
    }
  }

  @Test func zeroVectorsStayAsTheyAre() {
    for dim in [1, 32, 50] {
      var vector = [Float](repeating: 0, count: dim)
      let hasLength = vector.withUnsafeMutableBufferPointer { InnerProducts.normalize($0) }
      #expect(!hasLength)
      #expect(vector.allSatisfy { $0 == 0 })
      #expect(vector.withUnsafeBufferPointer { Similarities.inverseNorm($0) } == 0)
    }
  }

  @Test(arguments: [Float(1e-38), 1e-30, 1e-20, 1e20, 1e30, 3e38]) func cosineOfExtremes(_ scale: Float) {
    for dim in [2, 40] {
      let a = [Float](repeating: scale, count: dim)
      let b = (0..<dim).map { $0 % 2 == 0 ? scale : -scale }
      func cosine(_ a: [Float], _ b: [Float]) -> Double {
        a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { Similarities.cosine(a, $0) } }
      }
      #expect(abs(cosine(a, a) - 1) < 1e-6)
      #expect(abs(cosine(a, b)) < 1e-6)
      #expect(abs(cosine(a, a.map { -$0 }) + 1) < 1e-6)
    }
  }
}
