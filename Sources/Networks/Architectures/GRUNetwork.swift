public import Kernels

/// A linear map into `width`, residual blocks norm(x + GRU(x)), and a linear map of the last chunk's row.
public struct GRUNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let input: LinearParameters
  let blocks: [Block]
  let output: LinearParameters

  struct Block: Sendable {
    let gru: RecurrentParameters
    let norm: NormParameters
  }

  /// - Parameter configuration: of architecture gru.
  public init(_ configuration: Configuration) {
    precondition(configuration.layers > 0, "a network without blocks")
    let width = configuration.width
    var layout = ParameterLayout()
    input = layout.addLinear("input_proj", inputs: configuration.inputWidth, outputs: width)
    var blocks: [Block] = []
    for number in 0..<configuration.layers {
      let name = "blocks.\(number)"
      blocks.append(
        Block(
          gru: layout.addRecurrent("\(name).gru", layer: 0, gates: 3, inputs: width, hidden: width),
          norm: NormParameters("\(name).norm", width: width, in: &layout)))
    }
    self.blocks = blocks
    output = layout.addLinear("output_proj", inputs: width, outputs: configuration.dim)
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    GRUWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class GRUWorkspace<Scalar: Real>: Workspace {
  private let network: GRUNetwork
  private let arena = Arena<Scalar>()
  let contexts: Matrix<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  let contextGradient: Matrix<Scalar>?
  /// (context · capacity, width): the input of every block; after them (capacity, width), the last one's output.
  private let inputs: [Matrix<Scalar>]
  private let states: [GRU<Scalar>.State]
  private let records: [LayerNorm<Scalar>.Record]
  /// Outside training, where windows come in order, most rows of the input map and of the first block are those of
  /// neighbours too.
  private let repeatedInput: RepeatedRows<Scalar>?
  private let repeatedGates: RepeatedRows<Scalar>?
  /// (context · capacity, width): the gradient by the input of a block, and by its GRU's output.
  private let gradient: Matrix<Scalar>
  private let hiddenGradient: Matrix<Scalar>

  init(_ network: GRUNetwork, capacity: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let (arena, configuration) = (arena, network.configuration)
    let (width, steps) = (configuration.width, configuration.context)
    let rows = steps * capacity
    contexts = arena.matrix(rows: rows, columns: configuration.inputWidth)
    output = arena.matrix(rows: capacity, columns: configuration.dim)
    outputGradient = arena.matrix(rows: training ? capacity : 0, columns: configuration.dim)
    self.contextGradient =
      contextGradient ? arena.matrix(rows: rows, columns: configuration.inputWidth) : nil
    let blocks = network.blocks.count
    inputs = (0...blocks).map { arena.matrix(rows: $0 < blocks ? rows : capacity, columns: width) }
    states = network.blocks.map { _ in
      GRU<Scalar>.State(arena, steps: steps, capacity: capacity, hidden: width)
    }
    records = (1...blocks).map { LayerNorm<Scalar>.Record(arena, rows: $0 < blocks ? rows : capacity, width: width) }
    repeatedInput =
      training ? nil : RepeatedRows(arena, capacity: rows, inputs: configuration.inputWidth, outputs: width)
    repeatedGates = training ? nil : RepeatedRows(arena, capacity: rows, inputs: width, outputs: 3 * width)
    gradient = arena.matrix(rows: training ? rows : 0, columns: width)
    hiddenGradient = arena.matrix(rows: training ? rows : 0, columns: width)
  }

  /// The rows that a block's norm is of: in the last block, only those of the last chunk are looked at.
  private func wanted(_ block: Int, _ rows: Int, _ windows: Int) -> Range<Int> {
    (block < network.blocks.count - 1 ? 0 : rows - windows)..<rows
  }

  func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions) {
    let rows = network.configuration.context * windows
    PositionalColumn.fill(contexts, network.configuration, windows: windows, scale: options.positionalScale)
    let (contexts, input, first) = (contexts.first(rows), parameters.linear(network.input), inputs[0].first(rows))
    if let repeatedInput {
      repeatedInput.forward(contexts, input, into: first)
    } else {
      input.forward(contexts, into: first)
    }
    for (number, block) in network.blocks.enumerated() {
      let x = inputs[number].first(rows)
      parameters.gru(block.gru).forward(
        x, windows: windows, states[number], repeated: number == 0 ? repeatedGates : nil)
      let wanted = wanted(number, rows, windows)
      block.norm(parameters).forward(
        states[number].hiddens.rows(wanted), addedTo: x.rows(wanted), into: inputs[number + 1].first(wanted.count),
        record: records[number])
    }
    parameters.linear(network.output).forward(inputs[inputs.count - 1].first(windows), into: output.first(windows))
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let rows = network.configuration.context * windows
    let (dx, dh) = (gradient.first(rows), hiddenGradient.first(rows))
    parameters.linear(network.output).backward(
      outputGradient.first(windows), inputs[inputs.count - 1].first(windows), into: dx.rows(rows - windows..<rows),
      gradients: gradients.linear(network.output), adding: adding)
    for (number, block) in network.blocks.enumerated().reversed() {
      let wanted = wanted(number, rows, windows)
      let ds = dx.rows(wanted)
      block.norm(parameters).backward(
        ds, record: records[number], into: ds, gradients: block.norm(gradients), adding: adding)
      // The sum's gradient is that of both its parts: of x, to which the GRU adds its own, and of the GRU's output.
      dx.first(wanted.lowerBound).fill(0)
      dh.rows(wanted).copy(from: ds)
      parameters.gru(block.gru).backward(
        inputs[number].first(rows), windows: windows, states[number],
        .init(dh, isOfLastStep: wanted.lowerBound > 0), into: .adding(to: dx), gradients: gradients.gru(block.gru),
        adding: adding)
    }
    parameters.linear(network.input).backward(
      dx, contexts.first(rows), into: contextGradient?.first(rows), gradients: gradients.linear(network.input),
      adding: adding)
  }
}
