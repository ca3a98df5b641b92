import Failures
import Kernels
import Networks
import Prediction
import Stages
import Streams
import Vectors

/// Gathers windows of one stream into batches, and writes their predictions.
struct PredictionStage {
  private let forecast: any Forecast
  private let batch: WindowBatch<Float>
  /// What the stream is, for messages; nil for the windows themselves.
  private let name: String?
  /// Whether windows wait in memory of the stage's own, because another stage uses the same predictor.
  private let waitsApart: Bool
  private var windows = 0
  private var articles: [UInt64] = []
  private var chunks: [UInt32] = []
  private var steps: [UInt32] = []

  /// - Parameter name: what the stream is, if it is not the windows themselves: its windows then wait apart.
  init(_ forecast: any Forecast, dim: Int, roles: Roles, capacity: Int, name: String? = nil) {
    self.forecast = forecast
    self.name = name
    waitsApart = name != nil
    batch = WindowBatch(dim: dim, roles: roles, capacity: capacity, contexts: waitsApart ? nil : forecast.contexts)
  }

  var zeroVectors: Int { forecast.zeroVectors }

  /// Whether the next window has no room before `predict`.
  var isFull: Bool { batch.isFull }

  /// Adds a window to those that wait to be predicted.
  mutating func append(_ block: VectorBlock, _ window: Int) {
    batch.append(block, window)
    windows += 1
  }

  /// Predicts the windows that wait.
  mutating func predict(to writer: StreamWriter) throws {
    guard batch.windows > 0 else { return }
    batch.close()
    if waitsApart, let contexts = forecast.contexts {
      let rows = batch.roles.context * batch.windows
      contexts.first(rows).copy(from: batch.contexts.first(rows))
    }
    if let row = try forecast.run(batch) { throw fault(row) }
    try setKeys()
    try write(writer)
    batch.reset()
  }

  /// Has the predictor drop what it keeps of the windows so far.
  func forget() { forecast.forget() }

  /// - Throws: `.badData` where no window came: there was nothing to predict.
  func expectWindows(of input: StreamInput) throws {
    guard windows == 0 else { return }
    let short = input.counts["seq-build:short_articles"].map { "; \($0) articles were too short for one" } ?? ""
    throw Failure(.badData, "the stream has no windows\(short)", at: input.name)
  }

  private func fault(_ row: Int) -> Failure {
    let key = batch.keys[row / forecast.horizon]
    let step = row % forecast.horizon + 1
    let failure = Failure(
      .badData, "the prediction of step \(step) for the window with target \(key) holds a NaN or an infinity",
      hint: "the model may have diverged, or the vectors may be far from unit length")
    return name.map(failure.at) ?? failure
  }

  private mutating func setKeys() throws {
    articles.removeAll(keepingCapacity: true)
    chunks.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    for key in batch.keys {
      for step in 0..<UInt32(forecast.horizon) {
        let (chunk, overflow) = key.chunk.addingReportingOverflow(step)
        guard !overflow else {
          throw Failure(.badData, "chunk \(step) after \(key) has no number: numbers end at \(UInt32.max)")
        }
        articles.append(key.article)
        chunks.append(chunk)
        steps.append(step + 1)
      }
    }
  }

  /// Writes the predictions in frames that flow well.
  private func write(_ writer: StreamWriter) throws {
    let dim = batch.dim
    let vectors = UnsafeBufferPointer(
      rebasing: UnsafeBufferPointer(forecast.predictions.entries)[..<(articles.count * dim)])
    try articles.withUnsafeBufferPointer { articles in
      try chunks.withUnsafeBufferPointer { chunks in
        try steps.withUnsafeBufferPointer { steps in
          let block = VectorBlock(dim: dim, vectors: vectors, articles: articles, chunks: chunks, steps: steps)
          let rowsPerFrame = StreamWriter.rowsPerFrame(dim: dim)
          for start in stride(from: 0, to: block.rows, by: rowsPerFrame) {
            try writer.write(block.rows(start..<min(block.rows, start + rowsPerFrame)))
          }
        }
      }
    }
  }
}
