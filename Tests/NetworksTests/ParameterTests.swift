import Kernels
import Networks
import Testing

@Suite struct ParameterTests {
  @Test func beginningsFollowFromSeedAndName() {
    var one = ParameterLayout()
    let weight = one.add("w", [3, 5], .uniform(0.5))
    var other = ParameterLayout()
    _ = other.add("before", [7], .constant(1))
    let again = other.add("w", [3, 5], .uniform(0.5))
    let a = Parameters<Float>(one)
    let b = Parameters<Float>(other)
    a.initialize(seed: 4)
    b.initialize(seed: 4)
    #expect(Array(a[weight].entries) == Array(b[again].entries))
    #expect(a[weight].entries.allSatisfy { abs($0) <= 0.5 })
    b.initialize(seed: 5)
    #expect(Array(a[weight].entries) != Array(b[again].entries))
  }
}
