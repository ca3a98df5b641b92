import Failures
import Kernels
import Networks
import Prediction
import Stages
import Streams
import Vectors

/// Predicts batches of windows for one stream, and writes the predictions.
struct PredictionStage {
  private let forecast: any Forecast
  /// What the stream is, for messages; nil for the windows as they came.
  private let name: String?
  private var articles: [UInt64] = []
  private var chunks: [UInt32] = []
  private var steps: [UInt32] = []

  /// - Parameter name: what the stream is, for messages; nil for the windows as they came.
  init(_ forecast: any Forecast, name: String? = nil) {
    self.forecast = forecast
    self.name = name
  }

  var zeroVectors: Int { forecast.zeroVectors }

  /// Predicts the windows of a batch.
  ///
  /// - Parameter batch: closed, with at least one window.
  mutating func predict(_ batch: WindowBatch<Float>, to writer: StreamWriter) throws {
    if let row = try forecast.run(batch) { throw fault(row, batch.keys) }
    try setKeys(batch.keys)
    try write(writer)
  }

  /// Has the predictor drop what it keeps of the windows so far.
  func forget() { forecast.forget() }

  private func fault(_ row: Int, _ keys: [Key]) -> Failure {
    let key = keys[row / forecast.horizon]
    let step = row % forecast.horizon + 1
    let failure = Failure(
      .badData, "the prediction of step \(step) for the window with target \(key) holds a NaN or an infinity",
      hint: "the model may have diverged, or the vectors may be far from unit length")
    return name.map(failure.at) ?? failure
  }

  private mutating func setKeys(_ keys: [Key]) throws {
    articles.removeAll(keepingCapacity: true)
    chunks.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    for key in keys {
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
    let dim = forecast.predictions.columns
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
