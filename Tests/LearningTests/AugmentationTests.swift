import Kernels
import Learning
import Testing

@Suite struct AugmentationTests {
  static let (windows, slots, dim) = (4000, 3, 6)

  /// Unit rows: slot t of window b points along axis (t + b) mod 6.
  private func contexts(_ arena: Arena<Float>) -> Matrix<Float> {
    let contexts = arena.matrix(rows: Self.slots * Self.windows, columns: Self.dim)
    for slot in 0..<Self.slots {
      for window in 0..<Self.windows { contexts[slot * Self.windows + window, (slot + window) % Self.dim] = 1 }
    }
    return contexts
  }

  private func apply(_ augmentation: Augmentation, step: Int = 1) -> (rows: [[Float]], changed: Int) {
    let arena = Arena<Float>()
    let contexts = contexts(arena)
    let changed = augmentation.apply(to: contexts, windows: Self.windows, noise: Noise(seed: 5, step: step))
    return ((0..<contexts.rows).map { Array(contexts.row($0)) }, changed)
  }

  private var plain: [[Float]] { apply(Augmentation()).rows }

  private func isUnit(_ row: [Float]) -> Bool { abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 }

  @Test func nothingIsTheDefault() {
    #expect(apply(Augmentation()).changed == 0)
  }

  @Test func droppedSlotsAreNoiseZeroOrMean() {
    var augmentation = Augmentation()
    augmentation.dropProbability = 0.3
    let (rows, changed) = apply(augmentation)
    let plain = plain
    let first = 2 * Self.windows
    #expect(Array(rows[..<first]) == Array(plain[..<first]))
    let touched = (first..<rows.count).filter { rows[$0] != plain[$0] }
    #expect(touched.count == changed && abs(changed - 1200) < 120)
    var counts = (zero: 0, mean: 0, noise: 0)
    for index in touched {
      let other = zip(plain[index - Self.windows], plain[index - first]).map { ($0 + $1) * Float(0.5).squareRoot() }
      if rows[index].allSatisfy({ $0 == 0 }) {
        counts.zero += 1
      } else if zip(rows[index], other).allSatisfy({ abs($0 - $1) < 1e-6 }) {
        counts.mean += 1
      } else {
        #expect(isUnit(rows[index]))
        counts.noise += 1
      }
    }
    for count in [counts.zero, counts.mean, counts.noise] { #expect(abs(count - changed / 3) < 90) }
    augmentation.replacements = [.zero]
    let zeros = apply(augmentation).rows
    #expect(touched.allSatisfy { zeros[$0].allSatisfy { $0 == 0 } })
  }

  @Test func disturbedSlotsAreNearOrThoseBefore() {
    var augmentation = Augmentation()
    augmentation.noiseProbability = 0.15
    augmentation.overwriteShare = 0.2
    let (rows, changed) = apply(augmentation)
    let plain = plain
    let touched = rows.indices.filter { rows[$0] != plain[$0] }
    #expect(touched.count == changed && abs(changed - 600) < 90 && touched.allSatisfy { $0 >= 2 * Self.windows })
    let overwritten = touched.filter { rows[$0] == plain[$0 - Self.windows] }
    #expect(abs(overwritten.count - changed / 5) < 45)
    var squares: Float = 0
    for index in Set(touched).subtracting(overwritten) {
      #expect(isUnit(rows[index]))
      squares += zip(rows[index], plain[index]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    // Along the vector itself noise is normalized away.
    let deviation = (squares / Float((changed - overwritten.count) * (Self.dim - 1))).squareRoot()
    #expect(abs(deviation - 0.03) < 0.002)
  }

  @Test func followsFromSeedStepAndWindow() {
    var augmentation = Augmentation()
    augmentation.dropProbability = 0.2
    augmentation.noiseProbability = 0.2
    let rows = apply(augmentation).rows
    #expect(apply(augmentation).rows == rows && apply(augmentation, step: 2).rows != rows)
    // Fewer windows: the same ones are changed in the same way.
    let arena = Arena<Float>()
    let few = arena.matrix(rows: Self.slots * 100, columns: Self.dim)
    let all = contexts(arena)
    for slot in 0..<Self.slots {
      few.rows(slot * 100..<slot * 100 + 100).copy(
        from: all.rows(slot * Self.windows..<slot * Self.windows + 100))
    }
    augmentation.apply(to: few, windows: 100, noise: Noise(seed: 5, step: 1))
    for window in 0..<100 { #expect(Array(few.row(200 + window)) == rows[2 * Self.windows + window]) }
  }

  @Test func oneSlot() {
    var augmentation = Augmentation()
    augmentation.dropProbability = 0.5
    augmentation.noiseProbability = 0.9
    let arena = Arena<Double>()
    let contexts = arena.matrix(rows: 200, columns: 3)
    contexts.fill(Double(1.0 / 3).squareRoot())
    #expect(augmentation.apply(to: contexts, windows: 200, noise: Noise(seed: 1, step: 1)) > 150)
    #expect(contexts.entries.allSatisfy { $0.isFinite })
  }
}
