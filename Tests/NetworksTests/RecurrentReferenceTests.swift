import Glibc
import JSON
import Kernels
import Networks
import Testing

/// The recurrent networks against PyTorch's, whose numbers Tests/Reference/recurrent.py wrote.
@Suite struct RecurrentReferenceTests {
  @Test(arguments: 0..<4) func agreeWithPyTorch(_ number: Int) throws {
    let reference = try #require(try Self.cases().array?[number])
    let network = try Self.network(reference)
    let (context, windows) = (network.configuration.context, try #require(reference["batch"]?.int))
    let parameters = Parameters<Float>(network.layout)
    let gradients = Parameters<Float>(network.layout)
    for (place, entry) in network.layout.entries.enumerated() {
      try Self.fill(parameters[place], reference["parameters"]?[entry.name])
    }
    let workspace = network.makeWorkspace(Float.self, capacity: windows + 1, training: true, contextGradient: true)
    try Self.fill(workspace.contexts.first(context * windows), reference["contexts"], slots: context)
    try Self.fill(workspace.outputGradient.first(windows), reference["output_gradient"])
    workspace.forward(parameters, windows: windows, options: ForwardOptions())
    workspace.backward(parameters, windows: windows, options: ForwardOptions(), into: gradients, adding: false)

    try Self.expect(workspace.output.first(windows), reference["output"], "output")
    for (place, entry) in network.layout.entries.enumerated() {
      try Self.expect(gradients[place], reference["gradients"]?[entry.name], entry.name)
    }
    let gradient = try #require(workspace.contextGradient).first(context * windows)
    try Self.expect(gradient, reference["context_gradient"], "contexts", slots: context)
  }

  private static func cases() throws -> JSON {
    let path = #filePath.replacing("NetworksTests/RecurrentReferenceTests.swift", with: "Reference/recurrent.json")
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var text: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }
    return try JSON(parsing: String(decoding: text, as: UTF8.self))
  }

  private static func network(_ reference: JSON) throws -> any Network {
    let dim = try #require(reference["dim"]?.int)
    let isLSTM = reference["architecture"]?.string == "lstm"
    var configuration = Configuration(isLSTM ? .lstm : .gru, dim: dim, context: try #require(reference["ctx"]?.int))
    configuration.width = try #require(reference["width"]?.int)
    configuration.hidden = configuration.width
    configuration.layers = try #require(reference["layers"]?.int)
    return isLSTM ? LSTMNetwork(configuration) : GRUNetwork(configuration)
  }

  /// The entry of the fixture that stands in a row and column; the fixture has window after window, contexts here have
  /// slot after slot.
  private static func place(_ matrix: Matrix<Float>, _ row: Int, _ column: Int, slots: Int) -> Int {
    let windows = matrix.rows / slots
    return (row % windows * slots + row / windows) * matrix.columns + column
  }

  private static func numbers(_ json: JSON?, _ count: Int) throws -> [Double] {
    let numbers = try #require(json?.array).compactMap(\.double)
    try #require(numbers.count == count)
    return numbers
  }

  private static func fill(_ matrix: Matrix<Float>, _ json: JSON?, slots: Int = 1) throws {
    let numbers = try numbers(json, matrix.count)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        matrix[row, column] = Float(numbers[place(matrix, row, column, slots: slots)])
      }
    }
  }

  private static func expect(_ matrix: Matrix<Float>, _ json: JSON?, _ name: String, slots: Int = 1) throws {
    let numbers = try numbers(json, matrix.count)
    var worst = 0.0
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let expected = numbers[place(matrix, row, column, slots: slots)]
        let error = abs(Double(matrix[row, column]) - expected) / max(1, abs(expected))
        worst = error <= worst ? worst : error
      }
    }
    #expect(worst < 2e-5, "\(name)")
  }
}
