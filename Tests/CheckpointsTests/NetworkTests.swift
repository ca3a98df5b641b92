import Checkpoints
import Failures
import JSON
import Kernels
import Networks
import TestSupport
import Testing

/// Checkpoints of every network, and weights that PyTorch has saved.
@Suite struct NetworkTests {
  static let configurations: [Configuration] = Configuration.Architecture.allCases.flatMap { architecture in
    [(.none, false), (.last, false), (.mean, false), (.none, true)].compactMap {
      (residual: Configuration.Residual, scalar: Bool) in
      // Where every slot has weights of its own there is no further column.
      if scalar, [.mlp, .ridge].contains(architecture) { return nil }
      var configuration = Configuration(architecture, dim: 6, context: 5)
      (configuration.width, configuration.hidden, configuration.layers, configuration.heads) = (16, 10, 2, 8)
      (configuration.residual, configuration.hasPositionalScalar) = (residual, scalar)
      return configuration
    }
  }

  @Test(arguments: configurations) func everyNetworkComesBack(_ configuration: Configuration) throws {
    let checkpoint = try Checkpoint(starting: configuration, seed: 9)
    let bytes = try Samples.bytes(checkpoint)
    let folder = try Folder()
    let read = try Checkpoint.load(try folder.write(bytes, to: "x"), trainingState: true)
    #expect(read.configuration.difference(from: configuration) == nil)
    #expect(Array(read.parameters.all.entries) == Array(checkpoint.parameters.all.entries))
    #expect(try Samples.bytes(read) == bytes)
  }

  /// Without a configuration and without constants, as a `state_dict` is.
  @Test(arguments: configurations) func everyNetworkIsRecognized(_ configuration: Configuration) throws {
    // An input column more cannot be told from a wider vector where the output is made of the context.
    let mixtures: Set<Configuration.Architecture> = [.mixtureLSTM, .mixtureTransformer]
    if configuration.hasPositionalScalar, mixtures.contains(configuration.architecture) { return }
    let parameters = try Checkpoint(starting: configuration, seed: 9).parameters
    var writer = TensorWriter(metadata: [:])
    for (index, entry) in parameters.layout.entries.enumerated().reversed() where !entry.isConstant {
      writer.add(entry.name, shape: entry.shape, parameters[index].entries)
    }
    let folder = try Folder()
    let path = try folder.write([], to: "x")
    try Samples.write(writer, to: path)
    let read = try Checkpoint.load(path, trainingState: true)
    #expect(read.configuration.difference(from: configuration) == nil)
    #expect(Array(read.parameters.all.entries) == Array(parameters.all.entries))
  }

  @Test func equalSeedsGiveEqualBytes() throws {
    let configuration = try #require(Self.configurations.first)
    let bytes = try [1, 2, 1].map { seed in
      try Samples.bytes(try Checkpoint(starting: configuration, seed: seed))
    }
    #expect(bytes[0] == bytes[2])
    #expect(bytes[0] != bytes[1])
    #expect(bytes[0].count == bytes[1].count)
  }

  /// PyTorch's bounds: a uniform distribution in ±b has deviation b/√3 and comes close to its bounds.
  @Test func parametersAreInitializedAsPyTorchsAre() throws {
    var configuration = Configuration(.transformer, dim: 64, context: 5)
    (configuration.width, configuration.layers) = (64, 1)
    let parameters = try Checkpoint(starting: configuration, seed: 17).parameters
    // Xavier's bound is of the three projections as one matrix.
    let bounds: [String: Double] = [
      "input_proj.weight": 1 / 8, "head.3.weight": 1 / 8,
      "transformer_decoder.layers.0.linear2.weight": 1 / 16, "transformer_decoder.layers.0.linear1.weight": 1 / 8,
      "transformer_decoder.layers.0.self_attn.in_proj_weight": (6.0 / (64 + 192)).squareRoot(),
      "transformer_decoder.layers.0.multihead_attn.out_proj.weight": 1 / 8,
    ]
    for (index, entry) in parameters.layout.entries.enumerated() {
      let numbers = parameters[index].entries.map { Double($0) }
      if let bound = bounds[entry.name] {
        let largest = numbers.map(\.magnitude).max() ?? 0
        #expect(largest <= bound && largest > 0.995 * bound, "\(entry.name)")
        let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)).squareRoot()
        #expect(abs(deviation * 3.0.squareRoot() / bound - 1) < 0.03, "\(entry.name)")
        #expect(abs(numbers.reduce(0, +) / Double(numbers.count)) < 0.05 * bound, "\(entry.name)")
      } else if entry.name.contains("norm") || entry.name.hasPrefix("head.2") {
        #expect(numbers.allSatisfy { $0 == (entry.name.hasSuffix("weight") ? 1 : 0) }, "\(entry.name)")
      } else if entry.name.contains("attn"), entry.name.hasSuffix("bias") {
        #expect(numbers.allSatisfy { $0 == 0 }, "\(entry.name)")
      }
    }
    withExtendedLifetime(parameters) {}
  }

  /// Files of Tests/Reference/checkpoints.py.
  @Test(arguments: ["transformer", "lstm-bf16", "lstm-f16"]) func whatPyTorchSavedIsRead(_ name: String) throws {
    let folder = Tools.root + "/Tests/Reference/checkpoints"
    let all = try JSON(parsing: try Folder.text(of: folder + "/expected.json"))
    let expected = try #require(all[name]?.object)
    let file = try CheckpointFile("\(folder)/\(name).safetensors")
    let checkpoint = try file.read(trainingState: true)
    #expect(file.layout.entries.count == expected.count)
    for (index, entry) in file.layout.entries.enumerated() {
      #expect(expected[entry.name]?["shape"]?.array?.compactMap(\.int) == entry.shape)
      let given = expected[entry.name]?["values"]?.array?.compactMap(\.double)
      let values = try #require(given)
      #expect(values == checkpoint.parameters[index].entries.prefix(4).map { Double($0) }, "\(entry.name)")
    }
    let configuration = checkpoint.configuration
    #expect(configuration.dim == 4)
    #expect(configuration.context == (name == "lstm-bf16" ? 7 : 5))
    #expect(checkpoint.notes == (name == "lstm-bf16" ? ["author": "PyTorch"] : [:]))
    #expect(name == "transformer" ? configuration.width == 8 : configuration.hidden == 6)
    #expect(configuration.layers == (name == "transformer" ? 1 : 2))
  }
}
