import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct WindowFilterTests {
  static func frame(weights: [Float]?) -> Frame {
    var frame = Frame.random([(1, Array(0..<6))], dim: 3)
    frame.slots = 2
    frame.indices = [0, 1, 1, 2, 2, 3, 3, 4]
    frame.weights = weights
    return frame
  }

  static func pass(_ gate: inout WindowFilter, _ frame: Frame) -> (indices: [UInt32], weights: [Float]?) {
    var found: (indices: [UInt32], weights: [Float]?) = ([], nil)
    frame.withBlock { block in
      gate.apply(to: block) {
        [0, 3].contains($0)
      } _: {
        found = (Array($0), $1.map { Array($0) })
      }
    }
    return found
  }

  @Test func weakWindowsAreLeftOut() {
    var gate = WindowFilter(weakWeight: nil)
    #expect(Self.pass(&gate, Self.frame(weights: nil)) == ([1, 2, 2, 3], nil))
    #expect(Self.pass(&gate, Self.frame(weights: [1, 2, 3, 4])) == ([1, 2, 2, 3], [2, 3]))
    #expect(gate.windows == 8 && gate.weakWindows == 4)
  }

  @Test func weakWindowsWeighLess() {
    var gate = WindowFilter(weakWeight: 0.25)
    let all = Self.frame(weights: nil).indices
    #expect(Self.pass(&gate, Self.frame(weights: nil)) == (all, [0.25, 1, 1, 0.25]))
    #expect(Self.pass(&gate, Self.frame(weights: [1, 2, 3, 4])) == (all, [0.25, 2, 3, 1]))
    #expect(gate.weakWindows == 4)
  }
}

private func == (a: (indices: [UInt32], weights: [Float]?), b: ([UInt32], [Float]?)) -> Bool {
  a.indices == b.0 && a.weights == b.1
}
