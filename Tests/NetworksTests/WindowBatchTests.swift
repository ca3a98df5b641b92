import Kernels
import Networks
import TestSupport
import Testing
import Vectors

@Suite struct WindowBatchTests {
  private static let roles = Roles(context: 3, previous: true, negatives: 2, futures: 2)

  /// Seven windows whose slots lie all over the rows.
  private static let frame: Frame = {
    var frame = Frame.random([(4, Array(0..<20))], dim: 5)
    frame.slots = roles.slots
    frame.indices = (0..<7 * frame.slots).map { UInt32($0 * 13 % 20) }
    frame.weights = (0..<7).map { Float($0) / 4 }
    return frame
  }()

  private func check<Scalar: Real>(_: Scalar.Type, capacity: Int, _ windows: Range<Int>, _ batch: WindowBatch<Scalar>) {
    let frame = Self.frame
    let n = windows.count
    #expect(batch.windows == n && batch.keys.count == n)
    let matrices: [(String, Matrix<Scalar>?)] = [
      ("context", batch.contexts), ("target", batch.targets), ("previous", batch.previous),
      ("negative", batch.negatives), ("future", batch.futures),
    ]
    for (role, matrix) in matrices {
      for (position, slot) in Self.roles.slots(of: role).enumerated() {
        for (b, window) in windows.enumerated() {
          let expected = frame.vector(frame.window(window)[slot]).map { Scalar($0) }
          #expect(matrix.map { Array($0.row(position * n + b)) } == expected)
        }
      }
    }
    for (b, window) in windows.enumerated() {
      #expect(batch.weights[0, b] == Scalar(window) / 4)
      #expect(batch.keys[b] == frame.keys[frame.window(window)[3]])
    }
  }

  private func fill<Scalar: Real>(_ type: Scalar.Type, capacity: Int, contexts: Matrix<Scalar>? = nil) {
    let batch = WindowBatch<Scalar>(dim: 5, roles: Self.roles, capacity: capacity, contexts: contexts)
    Self.frame.withBlock { block in
      var first = 0
      for window in 0..<7 {
        batch.append(block, window)
        guard batch.isFull || window == 6 else { continue }
        batch.close()
        check(type, capacity: capacity, first..<window + 1, batch)
        batch.reset()
        first = window + 1
      }
    }
    #expect(batch.windows == 0)
  }

  @Test(arguments: [1, 2, 3, 7, 10]) func isPositionMajor(_ capacity: Int) {
    fill(Float.self, capacity: capacity)
    fill(Double.self, capacity: capacity)
    // Into the first columns of wider rows, as those of a pass with a positional column.
    let arena = Arena<Float>()
    fill(Float.self, capacity: capacity, contexts: arena.matrix(rows: 3 * capacity, columns: 6).columns(0..<5))
  }
}
