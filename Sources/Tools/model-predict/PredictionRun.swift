import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Predicts the windows of the main stream, and in step with them the same windows ablated: the predictor keeps what
/// the windows of one step have in common, from one stream to the next.
struct PredictionRun {
  var main: PredictionStage
  let ablated: [AblatedStream]
  /// Whether every frame is predicted at once.
  let flushes: Bool
  /// Where the windows wait until all articles are known; nil if no ablation needs other articles.
  private var spool: StreamSpool?
  private var sampler = OtherArticleSampler()
  /// The number of the first block that comes without order; nil if all come in order.
  private var unorderedFrom: Int?
  private var blocks = 0

  /// - Parameter header: of the main stream.
  init(
    main: PredictionStage, ablated: [AblatedStream], flushes: Bool, header: StreamHeader, needsOtherArticles: Bool
  ) throws {
    (self.main, self.ablated, self.flushes) = (main, ablated, flushes)
    spool = needsOtherArticles ? try StreamSpool(header) : nil
  }

  private var zeroVectors: Int { ablated.reduce(main.zeroVectors) { $0 + $1.stage.zeroVectors } }

  /// Takes the next block of the main stream.
  mutating func add(_ block: VectorBlock, from input: StreamInput, to writer: StreamWriter) throws {
    if unorderedFrom == nil, !input.isOrderedWithinMembers { unorderedFrom = blocks }
    if let spool {
      sampler.add(block)
      try spool.append(block)
    } else {
      try predict(block, number: blocks, writer) { _, _ in }
    }
    blocks += 1
  }

  /// Predicts what is left, and ends the ablated streams.
  ///
  /// - Throws: `Failure` `.badData` if no window came.
  mutating func finish(_ input: StreamInput, to writer: StreamWriter) throws {
    if let spool { try predictSpooled(spool, input, writer) }
    try main.expectWindows(of: input)
    try predictWaiting(writer)
    for stream in ablated { try stream.end(input) }
    if zeroVectors > 0 { Diagnostics.note("\(zeroVectors) predictions have length 0 and were left as they are") }
  }

  private mutating func predictSpooled(_ spool: StreamSpool, _ input: StreamInput, _ writer: StreamWriter) throws {
    try at(input.name) { try sampler.finish() }
    guard let roles = input.header.roles else { return }
    for stream in ablated { stream.use(sampler, dim: input.header.dim, roles: roles) }
    var number = 0
    try spool.readBack { block in
      try predict(block, number: number, writer, vector: spool.readVector)
      number += 1
    }
  }

  private mutating func predict(
    _ block: VectorBlock, number: Int, _ writer: StreamWriter,
    vector: (Int, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    for stream in ablated {
      if number == unorderedFrom { try stream.continueWithoutOrder() }
      try stream.prepare(block, vector: vector)
    }
    for window in 0..<block.windows {
      main.append(block, window)
      for stream in ablated { stream.append(block, window) }
      if main.isFull { try predictWaiting(writer) }
    }
    if flushes { try predictWaiting(writer) }
  }

  private mutating func predictWaiting(_ writer: StreamWriter) throws {
    try main.predict(to: writer)
    for stream in ablated { try stream.predict() }
    main.forget()
  }
}
