import Glibc
import JSON
import Kernels
import Testing

@testable import Networks
@testable import Prediction

/// Every architecture against PyTorch, whose numbers Tests/Reference/networks.py wrote.
@Suite struct ReferenceTests {
  @Test(arguments: [
    "transformer", "ranker-transformer", "ranker-lstm", "mixture-transformer", "mixture-lstm", "amn", "ridge",
    "residual-ridge", "mlp", "mean-residual-mlp",
  ])
  func agreesWithPyTorch(_ name: String) throws {
    try agrees(name, Float.self, within: 2e-5)
    try agrees(name, Double.self, within: 1e-8)
  }

  /// The network's own, and the transformer's that is made for wider ones.
  private func predictors<Scalar: Real>(
    _ network: any Network, _ parameters: Parameters<Scalar>, capacity: Int
  ) -> [any Predictor<Scalar>] {
    let own = network.makePredictor(parameters, options: ForwardOptions(), capacity: capacity, calls: 1)
    guard let decoder = network as? TransformerNetwork else { return [own] }
    return [
      own,
      DecoderPredictor(
        decoder.stack, decoder.head, parameters, options: ForwardOptions(), capacity: capacity, calls: 1),
    ]
  }

  private func agrees<Scalar: Real>(_ name: String, _: Scalar.Type, within tolerance: Double) throws {
    let reference = try Reference(name)
    let network = try reference.configuration().network()
    let layout = network.layout
    let learnt = layout.entries.filter { !$0.isConstant }
    #expect(Set(learnt.map(\.name)) == Set(reference.json["gradients"]?.object?.keys.map(\.self) ?? []))
    let parameters = Parameters<Scalar>(layout)
    let gradients = Parameters<Scalar>(layout)
    parameters.initialize(seed: 1)
    for (index, entry) in layout.entries.enumerated() {
      // Constants are as they begin.
      if entry.isConstant { continue }
      let tensor = try #require(reference.json["parameters"]?[entry.name])
      #expect(tensor["shape"]?.array?.compactMap(\.int) == entry.shape)
      try reference.fill(parameters[index], tensor)
    }
    let (context, windows) = (network.configuration.context, 4)
    let workspace = network.makeWorkspace(Scalar.self, capacity: windows + 2, training: true, contextGradient: true)
    try reference.fill(workspace.contexts.first(context * windows), reference.json["contexts"], slots: context)
    try reference.fill(workspace.outputGradient.first(windows), reference.json["weights"])
    workspace.forward(parameters, windows: windows, options: ForwardOptions())
    workspace.backward(parameters, windows: windows, options: ForwardOptions(), into: gradients, adding: false)

    #expect(try reference.error(workspace.output.first(windows), reference.json["output"]) < tolerance, "output")
    for predictor in predictors(network, parameters, capacity: windows + 1) {
      predictor.contexts.first(context * windows)
        .copy(from: workspace.contexts.first(context * windows).columns(0..<network.configuration.dim))
      predictor.predict(windows: windows)
      let error = try reference.error(predictor.output.first(windows), reference.json["output"])
      #expect(error < tolerance, "prediction")
    }
    for (index, entry) in layout.entries.enumerated() where !entry.isConstant {
      let error = try reference.error(gradients[index], reference.json["gradients"]?[entry.name])
      #expect(error < tolerance, "gradient of \(entry.name)")
    }
    let gradient = try #require(workspace.contextGradient).first(context * windows)
    let error = try reference.error(gradient, reference.json["contextGradient"], slots: context)
    #expect(error < tolerance, "gradient of contexts")
  }
}

/// One of the files that Tests/Reference/networks.py wrote.
private struct Reference {
  let json: JSON

  init(_ name: String) throws {
    let path = #filePath.replacing("NetworksTests/ReferenceTests.swift", with: "Reference/networks/\(name).json")
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var text: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }
    json = try JSON(parsing: String(decoding: text, as: UTF8.self))
  }

  func configuration() throws -> Configuration {
    func size(_ name: String) throws -> Int { try #require(json["configuration"]?[name]?.int) }
    let name = try #require(json["configuration"]?["arch"]?.string)
    let architecture = try #require(Configuration.Architecture(rawValue: name))
    var configuration = Configuration(architecture, dim: try size("dim"), context: try size("context"))
    configuration.width = try size("width")
    configuration.hidden = try size("hidden")
    configuration.heads = try size("heads")
    configuration.layers = try size("layers")
    configuration.dropout = 0
    let residual = json["configuration"]?["residual"]
    configuration.residual = residual?.string.flatMap(Configuration.Residual.init) ?? (residual == true ? .last : .none)
    return configuration
  }

  private func values(_ tensor: JSON?, count: Int) throws -> [Double] {
    let values = try #require(tensor?["values"]?.string).split(separator: " ").compactMap { Double($0) }
    try #require(values.count == count)
    return values
  }

  /// The file has window after window; contexts here have slot after slot.
  private func place(_ rows: Int, _ columns: Int, _ row: Int, _ column: Int, _ slots: Int) -> Int {
    let windows = rows / slots
    return (row % windows * slots + row / windows) * columns + column
  }

  func fill<Scalar: Real>(_ matrix: Matrix<Scalar>, _ tensor: JSON?, slots: Int = 1) throws {
    let values = try values(tensor, count: matrix.count)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        matrix[row, column] = Scalar(values[place(matrix.rows, matrix.columns, row, column, slots)])
      }
    }
  }

  /// The largest deviation, relative where the numbers are large.
  func error<Scalar: Real>(_ matrix: Matrix<Scalar>, _ tensor: JSON?, slots: Int = 1) throws -> Double {
    let values = try values(tensor, count: matrix.count)
    var worst = 0.0
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let expected = values[place(matrix.rows, matrix.columns, row, column, slots)]
        let error = abs(Double(matrix[row, column]) - expected) / max(1, abs(expected))
        // A NaN must not pass for a small error.
        worst = error <= worst ? worst : error
      }
    }
    return worst
  }
}
