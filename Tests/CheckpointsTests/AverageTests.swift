import Checkpoints
import Failures
import Kernels
import Networks
import TestSupport
import Testing

@Suite struct AverageTests {
  /// Sample checkpoints whose every parameter has one value.
  private static func files(_ values: [Float], in folder: Folder) throws -> [CheckpointFile] {
    try values.enumerated().map { index, value in
      let checkpoint = try Samples.checkpoint(training: false)
      for (place, entry) in checkpoint.parameters.layout.entries.enumerated() where !entry.isConstant {
        checkpoint.parameters[place].fill(value)
      }
      let path = try folder.write(Samples.bytes(checkpoint), to: "\(index)")
      return try CheckpointFile(path, layout: Samples.layout)
    }
  }

  private static func learnt(_ parameters: Parameters<Float>) -> Set<Float> {
    var values = Set<Float>()
    for (place, entry) in parameters.layout.entries.enumerated() where !entry.isConstant {
      values.formUnion(parameters[place].entries)
    }
    return values
  }

  @Test func meansAreWeighted() throws {
    let folder = try Folder()
    let files = try Self.files([1, 2, 6], in: folder)
    let plain = try Average(files, weights: [1, 1, 1])
    #expect(Self.learnt(plain.parameters) == [3])
    #expect(Self.learnt(try Average(files, weights: [2, 1, 1]).parameters) == [2.5])
    #expect(Self.learnt(try Average(files, weights: [0, 0, 5]).parameters) == [6])
    // Constants are no parameters.
    #expect(plain.parameters[2][0, 1] == 1)
    #expect(plain.options.positionalScale == 0.03)
  }

  @Test func theMeanOfOneIsItself() throws {
    let folder = try Folder()
    let checkpoint = try Samples.checkpoint(training: true)
    let file = try CheckpointFile(try folder.write(Samples.bytes(checkpoint), to: "x"), layout: Samples.layout)
    let average = try Average([file, file, file], weights: [1, 1, 1])
    #expect(Array(average.parameters.all.entries) == Array(checkpoint.parameters.all.entries))
  }

  @Test func whatDiffersIsNamed() throws {
    let folder = try Folder()
    let one = try Samples.checkpoint(training: false)
    let changes: [(says: String, change: (inout Checkpoint) -> Void)] = [
      ("context: 7 and 8", { $0.configuration.context = 8 }),
      ("dropout: 0.0 and 0.5", { $0.configuration.dropout = 0.5 }),
      ("last_slot_bias", { $0.options.lastSlotBias = 0.6 }),
      ("positional_scale: 0.03 and 0.0", { $0.options.positionalScale = 0 }),
    ]
    for (says, change) in changes {
      var two = one
      change(&two)
      let files = try [one, two].enumerated().map { index, checkpoint in
        try CheckpointFile(try folder.write(Samples.bytes(checkpoint), to: "\(index)"), layout: Samples.layout)
      }
      let failure = #expect(throws: Failure.self) { try Average(files, weights: [1, 1]) }
      #expect(failure?.status == .badData)
      #expect(failure?.places == [folder("1")])
      #expect(failure?.problem.contains(says) == true, "\(failure?.problem ?? "")")
    }
  }

  /// PyTorch's SGD(lr, momentum, nesterov=True), two steps by hand.
  @Test func outerStepsKeepTheirMomentum() throws {
    let folder = try Folder()
    let files = try Self.files([1, 0.5], in: folder)
    let step = OuterStep(rate: 0.5, momentum: 0.5)
    let mean = try files[1].read(trainingState: false).parameters
    // g = 0.5, v = 0.5: 1 - 0.5 (0.5 + 0.25).
    let first = try step.apply(to: try files[0].read(trainingState: true), mean: mean)
    #expect(Self.learnt(first.parameters) == [0.625])
    let kept = try Checkpoint.load(
      try folder.write(Samples.bytes(first), to: "first"), trainingState: true, layout: Samples.layout)
    #expect(kept.training?.extras["outer_momentum.scale"] == Tensor(shape: [], numbers: [0.5]))
    // g = 0.125, v = 0.25 + 0.125: 0.625 - 0.5 (0.125 + 0.1875).
    let second = try step.apply(to: kept, mean: mean)
    #expect(Self.learnt(second.parameters) == [0.46875])
    // Rate 1 without momentum gives the mean.
    let plain = try OuterStep(rate: 1, momentum: 0).apply(to: try files[0].read(trainingState: true), mean: mean)
    #expect(Self.learnt(plain.parameters) == [0.5])
  }
}
