import Commands
import Stages
import Streams
import Vectors

/// Predicts the windows of the main stream, and in step with them those of the further ones: the predictor keeps what
/// the windows of one step have in common, from one stream to the next.
struct SideBySide {
  var main: PredictionStage
  let further: [FurtherStream]
  /// Windows at once.
  let capacity: Int
  /// Whether every frame is predicted at once.
  let flushes: Bool

  private var zeroVectors: Int { further.reduce(main.zeroVectors) { $0 + $1.zeroVectors } }

  mutating func add(_ block: VectorBlock, to writer: StreamWriter) throws {
    for window in 0..<block.windows {
      main.append(block, window)
      if main.isFull { try predict(writer) }
    }
    if flushes { try predict(writer) }
  }

  /// Predicts what is left, and ends the further streams.
  ///
  /// - Throws: `.badData` where no window came.
  mutating func finish(_ writer: StreamWriter, _ input: StreamInput) throws {
    try main.expectWindows(of: input)
    try predict(writer)
    while further.contains(where: { !$0.isFinished }) {
      for stream in further where !stream.isFinished { try stream.predict(windows: capacity) }
      main.forget()
    }
    for stream in further { try stream.end() }
    if zeroVectors > 0 { Diagnostics.note("\(zeroVectors) predictions have length 0 and were left as they are") }
  }

  private mutating func predict(_ writer: StreamWriter) throws {
    let windows = main.waiting
    guard windows > 0 else { return }
    try main.predict(to: writer)
    for stream in further where !stream.isFinished { try stream.predict(windows: windows) }
    main.forget()
  }
}
