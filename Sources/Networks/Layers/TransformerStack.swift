internal import Kernels

/// `input_proj`, positions, and blocks, of which the last computes the last position alone: contexts → one row a window.
package struct TransformerStack: Sendable {
  /// What tells the blocks where in the context a chunk stood.
  struct PositionTable: Sendable {
    var name: String
    var initializer: ParameterLayout.Initializer
    var count: Int
    var isLearnt: Bool
  }

  /// The sizes that its parameters follow from.
  package let configuration: Configuration
  /// `input_proj`.
  package let input: LinearParameters
  /// (1, positions, width).
  package let positions: ParameterIndex
  private let learnsPositions: Bool
  /// From the first, which reads the projected context, to the last.
  package let blocks: [TransformerBlock]
  private let hasCross: Bool

  /// - Parameters:
  ///   - prefix: of the blocks' names: `transformer_decoder.layers`.
  ///   - isPositionFirst: whether the positions' entry comes before `input_proj`.
  init(
    _ prefix: String, _ style: TransformerBlock.Style, _ positions: PositionTable, _ configuration: Configuration,
    isPositionFirst: Bool, betweenPositionsAndInput: (inout ParameterLayout) -> Void = { _ in },
    in layout: inout ParameterLayout
  ) {
    self.configuration = configuration
    hasCross = style.hasCross
    learnsPositions = positions.isLearnt
    func addPositions() -> ParameterIndex {
      let shape = [1, max(positions.count, configuration.context), configuration.width]
      return positions.isLearnt
        ? layout.add(positions.name, shape, positions.initializer)
        : layout.addConstant(positions.name, shape, positions.initializer)
    }
    func addInput() -> LinearParameters {
      layout.addLinear("input_proj", inputs: configuration.inputWidth, outputs: configuration.width)
    }
    if isPositionFirst {
      self.positions = addPositions()
      betweenPositionsAndInput(&layout)
      input = addInput()
    } else {
      input = addInput()
      self.positions = addPositions()
    }
    blocks = (0..<configuration.layers).map {
      TransformerBlock(
        "\(prefix).\($0)", style, configuration, index: $0, isLast: $0 == configuration.layers - 1, in: &layout)
    }
  }

  final class State<Scalar: Real> {
    private let arena = Arena<Scalar>()
    /// (context · capacity, inputWidth).
    let contexts: Matrix<Scalar>
    let contextGradient: Matrix<Scalar>?
    /// (context · capacity, width): projected, with positions.
    fileprivate let projected: Matrix<Scalar>
    fileprivate let blocks: [TransformerBlock.State<Scalar>]
    fileprivate let scratch: TransformerBlock.Scratch<Scalar>?
    fileprivate let dInputs: [Matrix<Scalar>]

    init(_ stack: TransformerStack, capacity n: Int, training: Bool, contextGradient: Bool) {
      let configuration = stack.configuration
      let arena = arena
      let rows = configuration.context * n
      contexts = arena.matrix(rows: rows, columns: configuration.inputWidth)
      self.contextGradient =
        contextGradient ? arena.matrix(rows: rows, columns: configuration.inputWidth) : nil
      projected = arena.matrix(rows: rows, columns: configuration.width)
      let last = stack.blocks.count - 1
      var blocks: [TransformerBlock.State<Scalar>] = []
      for (index, block) in stack.blocks.enumerated() {
        // Without a way back, blocks of one shape take turns in one state: a block has read its input before it writes
        // its output.
        blocks.append(
          !training && index > 0 && index < last
            ? blocks[0] : TransformerBlock.State(block, capacity: n, training: training, in: arena))
      }
      self.blocks = blocks
      scratch = training ? TransformerBlock.Scratch(configuration, capacity: n, in: arena) : nil
      dInputs = training ? (0..<3).map { _ in arena.matrix(rows: rows, columns: configuration.width) } : []
    }
  }

  /// (capacity, width): where `forward` leaves the last position's rows.
  func output<Scalar: Real>(of state: State<Scalar>) -> Matrix<Scalar> {
    guard let last = state.blocks.last else { preconditionFailure("a stack without blocks") }
    return last.output
  }

  /// - Returns: (n, width): the last position's row of each window, in `state`.
  func forward<Scalar: Real>(
    _ parameters: Parameters<Scalar>, windows n: Int, _ options: ForwardOptions, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let rows = configuration.context * n
    PositionalColumn.fill(state.contexts, configuration, windows: n, scale: options.positionalScale)
    let projected = state.projected.first(rows)
    parameters.linear(input).forward(state.contexts.first(rows), into: projected)
    Positions.add(parameters[positions], to: projected, windows: n)
    var x = projected
    let pass = ForwardPass(parameters, windows: n, options)
    for (block, blockState) in zip(blocks, state.blocks) {
      x = block.forward(.init(x: x, memory: projected), pass, blockState)
    }
    return x
  }

  /// - Parameter dOutput: (n, width).
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int, _ options: ForwardOptions,
    _ state: State<Scalar>, into gradients: Parameters<Scalar>, adding: Bool
  ) {
    guard let scratch = state.scratch else { preconditionFailure("backward in a workspace made without training") }
    let rows = configuration.context * n
    let projected = state.projected.first(rows)
    let dProjected = state.dInputs[2].first(rows)
    if hasCross { dProjected.fill(0) }
    let pass = BackwardPass(ForwardPass(parameters, windows: n, options), into: gradients, adding: adding)
    var dy = dOutput
    for index in blocks.indices.reversed() {
      let previous = index == 0 ? nil : state.blocks[index - 1]
      let dx = index == 0 ? dProjected : state.dInputs[index % 2].first(rows)
      blocks[index].backward(
        dy, .init(x: previous.map { $0.output.first(rows) } ?? projected, memory: projected),
        into: .init(x: index == 0 && hasCross ? .adding(to: dx) : .overwriting(dx), memory: dProjected), pass,
        state.blocks[index], scratch)
      dy = dx
    }
    if learnsPositions {
      Positions.sum(dProjected, into: gradients[positions], windows: n, context: configuration.context, adding: adding)
    }
    parameters.linear(input).backward(
      dProjected, state.contexts.first(rows), into: state.contextGradient?.first(rows),
      gradients: gradients.linear(input), adding: adding)
  }
}
