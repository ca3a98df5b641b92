import Commands
import Failures
import Kernels
import Networks
import Prediction
import Sequences
import Stages
import Streams
import Vectors

/// Predicts the windows of the main stream, batch by batch, and each batch also with ablated contexts: the predictor
/// keeps what the windows of a batch have in common, from one stream to the next.
struct PredictionRun {
  private let arguments: Arguments
  private let batch: WindowBatch<Float>
  private var main: PredictionStage
  private let ablated: [AblatedStream]
  /// (context · capacity, dim): the contexts of the batch as they came, since predicting overwrites them; nil without
  /// ablations.
  private let original: Matrix<Float>?
  private let arena = Arena<Float>()
  /// Where the windows wait until all articles are known; nil if no ablation needs other articles.
  private let spool: StreamSpool?
  private var sampler = OtherArticleSampler()
  /// The number of the first block that comes without order; nil if all come in order.
  private var unorderedFrom: Int?
  private var blocks = 0
  private var windows = 0

  /// - Parameters:
  ///   - header: of the main stream, and `roles` its windows'.
  ///   - forecast: of the main stream; those of `ablated` share its contexts.
  init(
    _ arguments: Arguments, _ header: StreamHeader, _ roles: Roles, _ forecast: any Forecast, ablated: [AblatedStream],
    needsOtherArticles: Bool
  ) throws {
    (self.arguments, self.ablated) = (arguments, ablated)
    batch = WindowBatch(
      dim: header.dim, roles: roles, capacity: arguments[ModelPredict.batch], contexts: forecast.contexts)
    main = PredictionStage(forecast)
    original = ablated.isEmpty ? nil : arena.matrix(rows: batch.contexts.rows, columns: header.dim)
    spool = needsOtherArticles ? try StreamSpool(header) : nil
  }

  /// How many predictions of the main stream have no length.
  var zeroVectors: Int { main.zeroVectors }

  /// Takes the next block of the main stream.
  mutating func add(_ block: VectorBlock, from input: StreamInput, to writer: StreamWriter) throws {
    if unorderedFrom == nil, !input.isOrderedWithinMembers { unorderedFrom = blocks }
    if let spool {
      sampler.add(block)
      try spool.append(block)
    } else {
      try predict(block, number: blocks, writer)
    }
    blocks += 1
  }

  /// Predicts what is left, and ends the ablated streams.
  ///
  /// - Throws: `Failure` `.badData` if no window came.
  mutating func finish(_ input: StreamInput, to writer: StreamWriter) throws {
    if let spool {
      try at(input.name) { try sampler.finish() }
      var number = 0
      try spool.readBack { block in
        try predict(block, number: number, writer)
        number += 1
      }
    }
    try expectWindows(of: input)
    try predictWaiting(writer)
    for stream in ablated { try stream.end(input) }
    let zeros = ablated.reduce(zeroVectors) { $0 + $1.zeroVectors }
    if zeros > 0 { Diagnostics.note("\(zeros) predictions have length 0 and were left as they are") }
  }

  /// Gives the files of the ablated streams their names, after `finish`.
  func commit() throws {
    for stream in ablated { try stream.commit() }
  }

  /// - Throws: `Failure` `.badData` if no window came: there was nothing to predict.
  private func expectWindows(of input: StreamInput) throws {
    guard windows == 0 else { return }
    let short = input.counts["seq-build:short_articles"].map { "; \($0) articles were too short for one" } ?? ""
    throw Failure(.badData, "the stream has no windows\(short)", at: input.name)
  }

  private mutating func predict(_ block: VectorBlock, number: Int, _ writer: StreamWriter) throws {
    if number == unorderedFrom {
      try writer.continueWithoutOrder()
      for stream in ablated { try stream.continueWithoutOrder() }
    }
    for window in 0..<block.windows {
      batch.append(block, window)
      if batch.isFull { try predictWaiting(writer) }
    }
    windows += block.windows
    if arguments[CommonOptions.flush] { try predictWaiting(writer) }
  }

  private mutating func predictWaiting(_ writer: StreamWriter) throws {
    guard batch.windows > 0 else { return }
    batch.close()
    let rows = batch.roles.context * batch.windows
    original?.first(rows).copy(from: batch.contexts.first(rows))
    try main.predict(batch, to: writer)
    if let original = original?.first(rows) {
      for stream in ablated { try stream.predict(batch, original: original, otherChunk: readOtherChunk) }
    }
    main.forget()
    batch.reset()
  }

  /// Fills in the vector of the chunk of another article that a target draws.
  private func readOtherChunk(_ target: Key, _ vector: UnsafeMutableRawBufferPointer) throws {
    guard let spool else { preconditionFailure("a chunk of another article without a spool to draw it from") }
    try spool.readVector(sampler.draw(for: target, seed: arguments.seed).row, into: vector)
  }
}
