import Checkpoints
import Failures
import JSON
import Kernels
import Networks
import TestSupport
import Testing

@Suite struct CheckpointTests {
  @Test(arguments: [false, true]) func whatIsWrittenIsReadAndGivesTheSameBytes(training: Bool) throws {
    let checkpoint = try Samples.checkpoint(training: training)
    let bytes = try Samples.bytes(checkpoint)
    #expect(bytes == (try Samples.bytes(checkpoint)))
    let folder = try Folder()
    let read = try Checkpoint.load(try folder.write(bytes, to: "x"), trainingState: true, layout: Samples.layout)
    #expect(read.configuration == checkpoint.configuration)
    #expect(read.options == checkpoint.options)
    #expect(read.notes == checkpoint.notes)
    #expect(Array(read.parameters.all.entries) == Array(checkpoint.parameters.all.entries))
    #expect(read.training?.state == checkpoint.training?.state)
    #expect(read.training?.extras == checkpoint.training?.extras)
    #expect((read.training == nil) == !training)
    #expect(try Samples.bytes(read) == bytes)
  }

  @Test func dataBeginAtAMultipleOfEight() throws {
    let bytes = try Samples.bytes(try Samples.checkpoint(training: false))
    #expect(bytes[0] % 8 == 0)
    let length = Int(bytes[0]) + Int(bytes[1]) << 8
    // 3 -> 2 and bias, 3 x 2 positions, two of 6 x 2, a scalar, 2 -> 3 and bias.
    #expect(bytes.count == 8 + length + 4 * (6 + 2 + 6 + 24 + 1 + 6 + 3))
  }

  @Test func momentsAreReadOnlyWhenAskedFor() throws {
    let folder = try Folder()
    let path = try folder.write(Samples.bytes(try Samples.checkpoint(training: true)), to: "x")
    #expect(try Checkpoint.load(path, trainingState: false, layout: Samples.layout).training == nil)
    let file = try CheckpointFile(path, layout: Samples.layout)
    #expect(file.hasMoments)
    #expect(file.state?["epoch"] == 3)
    let moments = try #require(try file.read(trainingState: true).training?.moments)
    let written = try Samples.parameters(seed: 2)
    #expect(Array(moments.first[0].entries) == Array(written[0].entries))
    withExtendedLifetime(written) {}
    // Constants have no moments.
    #expect(moments.first[2].entries.allSatisfy { $0 == 0 })
  }

  /// A file of the sample's tensors, some of them changed, with these texts in its header.
  static func file(
    metadata: [String: String] = [:], without: Set<String> = [], shapes: [String: [Int]] = [:],
    extra: [String: [Int]] = [:], filled: Float = 0.5
  ) throws -> [UInt8] {
    var layout = ParameterLayout()
    for entry in try Samples.parameters(seed: 1).layout.entries where !without.contains(entry.name) {
      _ = layout.add(entry.name, shapes[entry.name] ?? entry.shape, .constant(Double(filled)))
    }
    for (name, shape) in extra.sorted(by: { $0.key < $1.key }) { _ = layout.add(name, shape, .constant(1)) }
    let parameters = Parameters<Float>(layout)
    parameters.initialize(seed: 1)
    var writer = TensorWriter(metadata: metadata)
    for (index, entry) in layout.entries.enumerated() {
      writer.add(entry.name, shape: entry.shape, parameters[index].entries)
    }
    let folder = try Folder()
    let path = try folder.write([], to: "x")
    try Samples.write(writer, to: path)
    return try Folder.bytes(of: path)
  }

  /// As PyTorch saves a `state_dict`: without metadata.
  @Test func aNetworkIsRecognizedByItsTensors() throws {
    let folder = try Folder()
    let path = try folder.write(try Self.file(without: ["pos_encoder.pe"]), to: "x")
    let checkpoint = try Checkpoint.load(path, trainingState: true, layout: Samples.layout)
    var expected = Samples.configuration
    expected.context = 5
    #expect(checkpoint.configuration == expected)
    #expect(checkpoint.training == nil)
    let positions = checkpoint.parameters[2]
    #expect(positions[0, 0] == 0 && positions[0, 1] == 1 && abs(positions[1, 0] - 0.841471) < 1e-6)
    let stated = try Self.file(metadata: ["nextvec.context": "9", "nextvec.dropout": "0.25"])
    let other = try Checkpoint.load(try folder.write(stated, to: "y"), trainingState: false, layout: Samples.layout)
    #expect(other.configuration.context == 9)
    #expect(other.configuration.dropout == 0.25)
  }

  static let faults: [(file: @Sendable () throws -> [UInt8], says: [String])] = [
    ({ try file(without: ["scale"]) }, ["scale", "is missing", "gru of dim 3"]),
    ({ try file(shapes: ["scale": [1]]) }, ["scale", "expected scalar, found 1"]),
    ({ try file(shapes: ["output_proj.bias": [4]]) }, ["output_proj.bias", "expected 3, found 4"]),
    ({ try file(shapes: ["pos_encoder.pe": [1, 100, 2]]) }, ["pos_encoder.pe", "1 x 3 x 2", "1 x 100 x 2"]),
    ({ try file(extra: ["surplus": [2, 2]]) }, ["surplus", "no tensor of this name", "2 x 2"]),
    ({ try file(extra: ["training.first_moment.scale": []]) }, ["training.first_moment.input_proj.weight", "missing"]),
    ({ try file(extra: ["training.second_moment.scale": []]) }, ["training.second_moment.scale", "no tensor"]),
    ({ try file(extra: ["training.extra.": [1]]) }, ["training.extra.", "no tensor"]),
    ({ try file(without: ["blocks.0.gru.weight_ih_l0"]) }, ["expected the tensors of a known network"]),
    ({ try file(metadata: ["nextvec.architecture": "grue"]) }, ["nextvec.architecture", "'grue'", "gru, amn"]),
    ({ try file(metadata: ["nextvec.architecture": "amn"]) }, ["dim: expected 1 to 65536, found 0"]),
    ({ try file(metadata: ["nextvec.architecture": "ridge", "nextvec.dim": "3"]) }, ["no sample"]),
    ({ try file(metadata: ["nextvec.layers": "3"]) }, ["blocks.2.gru.weight_ih_l0", "missing"]),
    ({ try file(metadata: ["nextvec.width": "99999999999"]) }, ["width: expected 1 to 16384"]),
    ({ try file(metadata: ["nextvec.width": "two"]) }, ["nextvec.width", "a whole number, found 'two'"]),
    ({ try file(metadata: ["nextvec.dropout": "nan"]) }, ["nextvec.dropout", "finite"]),
    ({ try file(metadata: ["nextvec.dropout": "1"]) }, ["dropout", "below 1"]),
    ({ try file(metadata: ["nextvec.head": "1"]) }, ["unknown key nextvec.head"]),
    ({ try file(metadata: ["nextvec.checkpoint": "2"]) }, ["version 1", "found 2"]),
    ({ try file(metadata: ["nextvec.training": "{"]) }, ["nextvec.training", "JSON"]),
  ]

  @Test(arguments: faults.indices) func whatDoesNotFitIsRejectedByName(_ index: Int) throws {
    let failure = try #require(try Samples.checkpointFailure(try Self.faults[index].file()))
    #expect(failure.status == .badData)
    let text = failure.description + " " + (failure.hint ?? "")
    for word in Self.faults[index].says { #expect(text.contains(word), "\(text)") }
  }

  @Test func numbersThatAreNotFiniteAreNotWritten() throws {
    let checkpoint = try Samples.checkpoint(training: false)
    checkpoint.parameters[0].entries[4] = .infinity
    let folder = try Folder()
    let path = try folder.write([], to: "x")
    do {
      try Samples.write(checkpoint, to: path)
      Issue.record("written")
    } catch let failure as Failure {
      #expect(failure.places == [path, "input_proj.weight"])
      #expect(failure.problem.contains("entry 4"))
    }
    #expect(try Folder.bytes(of: path) == [])
  }

  @Test func negativeMeansOfSquaresAreRejected() throws {
    let checkpoint = try Samples.checkpoint(training: true)
    checkpoint.training?.moments?.second[1].entries[0] = -1
    let failure = try Samples.checkpointFailure(try Samples.bytes(checkpoint))
    #expect(failure?.places.last == "training.second_moment.input_proj.bias")
  }
}
