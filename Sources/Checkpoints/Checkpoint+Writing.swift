internal import Failures
internal import JSON
internal import Kernels
internal import Networks

extension Checkpoint {
  /// Writes the file: the network's tensors in the order of its layout, then those of training: first moments, second
  /// moments, and extras by name.
  ///
  /// - Parameters:
  ///   - descriptor: open for writing; the caller closes it.
  ///   - path: the file's name in messages.
  /// - Throws: `.badData` where a number is not finite, before a byte is written; `.inputOutput`.
  public func write(to descriptor: Int32, path: String) throws {
    var texts = notes.filter { !$0.key.hasPrefix(MetadataKey.prefix) }
    texts.merge(configuration.metadata) { $1 }
    texts.merge(options.metadata) { $1 }
    if let training, training.state != .null { texts[MetadataKey.training] = training.state.text }
    var writer = TensorWriter(metadata: texts)
    writer.add(parameters, prefix: "", constants: true)
    if let moments = training?.moments {
      precondition(moments.first.layout == parameters.layout, "moments of another network than the checkpoint's")
      writer.add(moments.first, prefix: TrainingName.firstMoment, constants: false)
      writer.add(moments.second, prefix: TrainingName.secondMoment, constants: false)
    }
    // The arena holds the extras' numbers until they are written.
    let extras = (training?.extras ?? [:]).sorted { $0.key < $1.key }
    var layout = ParameterLayout()
    for (name, tensor) in extras { _ = layout.addConstant(name, tensor.shape, .constant(0)) }
    let copies = Parameters<Float>(layout)
    for (index, extra) in extras.enumerated() { _ = copies[index].entries.update(fromContentsOf: extra.value.numbers) }
    writer.add(copies, prefix: TrainingName.extra, constants: true)
    try withExtendedLifetime((parameters, training?.moments?.first, training?.moments?.second, copies)) {
      try writer.write(to: descriptor, path: path)
    }
  }
}

extension TensorWriter {
  fileprivate mutating func add(_ parameters: Parameters<Float>, prefix: String, constants: Bool) {
    for (index, entry) in parameters.layout.entries.enumerated() where constants || !entry.isConstant {
      add(prefix + entry.name, shape: entry.shape, parameters[index].entries)
    }
  }
}
