internal import Evaluation
internal import Kernels
internal import Vectors

/// How well ridge predictors foretell the next chunk from `context` chunks, and the chunk before from those after it:
/// both
/// learnt on the same windows of `context` + 1 chunks, and scored on other articles.
struct DirectionSkill {
  private let context: Int
  private let dim: Int
  private let arena = Arena<Double>()
  private let forward: LinearMap
  private let backward: LinearMap
  private var run: ChunkRun
  /// (capacity, (context + 1) · dim).
  private let windows: Matrix<Double>
  private var articles: [UInt64] = []
  private let predictions: Matrix<Double>
  private var tallies: (forward: FitScores, backward: FitScores)
  private(set) var perArticle = ArticleSums()
  private(set) var count = 0

  private static let capacity = 256

  /// - Parameter moments: of the windows to learn from, context + 1 chunks in a row.
  init(_ moments: Moments, context: Int, dim: Int, penalty: Double) throws(LinearAlgebraFault) {
    self.context = context
    self.dim = dim
    let length = (context + 1) * dim
    forward = try LinearMap(
      ridge: moments, inputs: 0..<context * dim, outputs: context * dim..<length, penalty: penalty)
    backward = try LinearMap(ridge: moments, inputs: dim..<length, outputs: 0..<dim, penalty: penalty)
    run = ChunkRun(length: context + 1, dim: dim)
    windows = arena.matrix(rows: Self.capacity, columns: length)
    predictions = arena.matrix(rows: Self.capacity, columns: dim)
    tallies = (FitScores(dim: dim), FitScores(dim: dim))
  }

  /// Takes in the next chunk of an article to be scored.
  mutating func enter(_ key: Key, _ vector: UnsafeBufferPointer<Float>) {
    guard run.enter(key, vector) else { return }
    run.copyWindow(into: articles.count, of: windows)
    articles.append(key.article)
    if articles.count == Self.capacity { score() }
  }

  private mutating func score() {
    let all = windows.first(articles.count)
    let predictions = predictions.first(articles.count)
    forward.apply(all.columns(0..<context * dim), into: predictions)
    let cosines = tallies.forward.add(predictions, all.columns(context * dim..<all.columns))
    backward.apply(all.columns(dim..<all.columns), into: predictions)
    let backwards = tallies.backward.add(predictions, all.columns(0..<dim))
    for (window, article) in articles.enumerated() {
      perArticle.add([cosines[window] - backwards[window], 0, 0, 0], article: article)
    }
    count += articles.count
    articles.removeAll(keepingCapacity: true)
  }

  /// The scores of both directions; nil where there was no window. Call it once all chunks are in.
  mutating func finish() -> (forward: FitScores, backward: FitScores)? {
    score()
    guard count > 0 else { return nil }
    return (tallies.forward, tallies.backward)
  }
}
