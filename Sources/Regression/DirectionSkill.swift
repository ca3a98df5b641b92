internal import Evaluation
internal import Kernels
internal import Vectors

/// How well one ridge predictor predicts the next chunk from `context` chunks, and another the chunk before from those
/// after it. Both are fitted to the same windows of `context` + 1 chunks, and scored on other articles.
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
  private var scores: (forward: FitScores, backward: FitScores)
  private(set) var perArticle = ArticleSums()
  private(set) var count = 0

  private static let capacity = 256

  /// - Parameter moments: of the windows to fit, `context` + 1 chunks a row.
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
    scores = (FitScores(dim: dim), FitScores(dim: dim))
  }

  /// Adds the next chunk of an article to be scored.
  mutating func add(_ key: Key, _ vector: UnsafeBufferPointer<Float>) {
    guard run.append(key, vector) else { return }
    run.copyWindow(into: articles.count, of: windows)
    articles.append(key.article)
    if articles.count == Self.capacity { score() }
  }

  private mutating func score() {
    let all = windows.first(articles.count)
    let predictions = predictions.first(articles.count)
    forward.apply(all.columns(0..<context * dim), into: predictions)
    let cosines = scores.forward.add(predictions, all.columns(context * dim..<all.columns))
    backward.apply(all.columns(dim..<all.columns), into: predictions)
    let backwardCosines = scores.backward.add(predictions, all.columns(0..<dim))
    for (window, article) in articles.enumerated() {
      perArticle.add([cosines[window] - backwardCosines[window], 0, 0, 0], article: article)
    }
    count += articles.count
    articles.removeAll(keepingCapacity: true)
  }

  /// The scores of both directions; nil where there was no window. Call it after the last chunk.
  mutating func finish() -> (forward: FitScores, backward: FitScores)? {
    score()
    guard count > 0 else { return nil }
    return scores
  }
}
