import Checkpoints
import Failures
import Glibc
import JSON
import Kernels
import Networks
import TestSupport
import Testing

/// A small network as an example of any, its checkpoint, and files to break.
enum Samples {
  static func layout(_ configuration: Configuration) throws -> ParameterLayout {
    _ = try configuration.network()
    guard configuration.architecture == .gru else { throw Failure(.badData, "no sample") }
    var layout = ParameterLayout()
    let (dim, width) = (configuration.dim, configuration.width)
    _ = layout.addLinear("input_proj", inputs: configuration.inputWidth, outputs: width)
    _ = layout.addConstant("pos_encoder.pe", [1, 3, width], .sinusoids)
    for block in 0..<configuration.layers {
      _ = layout.add("blocks.\(block).gru.weight_ih_l0", [3 * width, width], .uniform(0.5))
    }
    _ = layout.add("scale", [], .constant(0.5))
    _ = layout.addLinear("output_proj", inputs: width, outputs: dim)
    return layout
  }

  static var configuration: Configuration {
    var configuration = Configuration(.gru, dim: 3, context: 7)
    (configuration.width, configuration.layers) = (2, 2)
    return configuration
  }

  static func parameters(seed: UInt64) throws -> Parameters<Float> {
    let parameters = Parameters<Float>(try layout(configuration))
    parameters.initialize(seed: seed)
    return parameters
  }

  static func checkpoint(training: Bool) throws -> Checkpoint {
    var checkpoint = Checkpoint(configuration: configuration, parameters: try parameters(seed: 1))
    checkpoint.options.positionalScale = 0.03
    checkpoint.options.lastSlotBias = 0.1 + 0.2
    checkpoint.notes = ["author": "Zoë \"Z\"\n"]
    guard training else { return checkpoint }
    let (first, second) = (try parameters(seed: 2), try parameters(seed: 3))
    for i in second.all.entries.indices { second.all.entries[i] *= second.all.entries[i] }
    checkpoint.training = TrainingState(
      state: ["recipe": ["name": "p1"], "epoch": 3, "random": .unsigned(UInt64.max), "lr": 1e-4],
      moments: TrainingState.Moments(first: first, second: second),
      extras: ["mlp.0.weight": Tensor(shape: [2, 1], numbers: [1.5, -2]), "steps": Tensor(shape: [], numbers: [9])])
    return checkpoint
  }

  /// The bytes that a checkpoint becomes.
  static func bytes(_ checkpoint: Checkpoint) throws -> [UInt8] {
    let folder = try Folder()
    let path = try folder.write([], to: "out")
    try write(checkpoint, to: path)
    return try Folder.bytes(of: path)
  }

  static func write(_ checkpoint: Checkpoint, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o666)
    defer { close(descriptor) }
    try checkpoint.write(to: descriptor, path: path)
  }

  static func write(_ writer: TensorWriter, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o666)
    defer { close(descriptor) }
    try writer.write(to: descriptor, path: path)
  }

  /// A file of this header and so many bytes of data.
  static func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  /// What opening and reading these bytes as tensors throws.
  static func tensorFailure(_ bytes: [UInt8]) throws -> Failure? {
    let folder = try Folder()
    let path = try folder.write(bytes, to: "x")
    do {
      let file = try TensorFile(path)
      for tensor in file.tensors {
        var numbers = [Float](repeating: 0, count: tensor.count)
        try numbers.withUnsafeMutableBufferPointer { try file.read(tensor, into: $0) }
      }
      return nil
    } catch let failure as Failure {
      #expect(failure.places.first == path)
      return failure
    }
  }

  /// What loading these bytes as a checkpoint throws.
  static func checkpointFailure(_ bytes: [UInt8], trainingState: Bool = true) throws -> Failure? {
    let folder = try Folder()
    let path = try folder.write(bytes, to: "x")
    do {
      _ = try Checkpoint.load(path, trainingState: trainingState, layout: layout)
      return nil
    } catch let failure as Failure {
      #expect(failure.places.first == path)
      return failure
    }
  }
}
