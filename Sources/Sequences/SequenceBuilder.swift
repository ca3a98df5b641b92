public import Vectors
internal import Failures

/// Makes windows of chunks that come by in blocks, whatever way the blocks are cut. No window leaves its article or
/// spans a gap in its chunk numbers.
///
/// Memory: the rows of one window (`negatives` = 0), or one article up to 32 MiB of vectors; and some 50 bytes an
/// article, to tell duplicates.
public struct SequenceBuilder {
  /// What the windows are.
  public let options: SequenceOptions
  /// Windows made so far.
  public private(set) var windows = 0
  /// Articles that gave no window, because no run of their chunks is as long as one.
  public private(set) var shortArticles = 0
  /// Windows left out because their article has too few other chunks to draw the negatives from.
  public private(set) var windowsWithoutNegatives = 0
  /// The number of articles so far.
  public var articles: Int { ledger.articles }

  /// A frame to be: rows in order, of which the first `repeated` are the last of the frame before, and windows over
  /// them.
  public struct Frame {
    /// The rows of the frame, in runs.
    public var runs: [VectorBlock]
    /// How many rows at the head repeat rows of the frame before.
    public var repeated: Int
    /// (windows, slots).
    public var indices: UnsafeBufferPointer<UInt32>
  }

  private let places: [UInt32]
  private let futurePlaces: [UInt32]
  private var ledger = ArticleLedger(needsOrder: true)
  /// The last rows of the last frame, as many as a window that ends in the next block may need.
  private var carried: VectorStore
  private var indices: [UInt32] = []
  /// The last key, and how many chunks without a gap end with it.
  private var last: (key: Key, runLength: Int)?
  /// Whether the article has a run of chunks as long as a window.
  private var articleIsLongEnough = false
  /// The rows of the stretch whose negatives are still to be drawn.
  private var stretch: VectorStore
  private var stretchRunLengths: [Int] = []
  /// Rows at the head of `stretch` that belonged to the stretch before.
  private var stretchRepeated = 0

  /// Creates a builder of windows over vectors of `dim` entries.
  public init(dim: Int, options: SequenceOptions) {
    self.options = options
    places = options.places
    futurePlaces = options.futurePlaces
    carried = VectorStore(dim: dim)
    stretch = VectorStore(dim: dim)
  }

  /// Rows of an article from which the negatives of one window are drawn: all, up to 32 MiB of vectors.
  var stretchRows: Int { max(2 * options.span, (32 << 20) / (4 * stretch.dim)) }

  /// Takes in the next rows and gives each frame that they complete to `emit`, which must not keep it.
  public mutating func add(_ block: VectorBlock, emit: (Frame) throws -> Void) throws {
    if options.negatives > 0 {
      try addToStretch(block, emit: emit)
      return
    }
    // A block that a careless writer made very large is taken in parts.
    let part = max(options.span, (4 << 20) / (4 * block.dim))
    for start in stride(from: 0, to: block.rows, by: part) {
      try addWithoutNegatives(block.rows(start..<min(block.rows, start + part)), emit: emit)
    }
  }

  /// Gives what is still held back. Call it once, at the end of the chunks.
  public mutating func finish(emit: (Frame) throws -> Void) throws {
    if options.negatives > 0 { try closeStretch(articleEnds: true, emit: emit) }
    closeArticle()
  }

  // MARK: - Streaming

  private mutating func addWithoutNegatives(_ block: VectorBlock, emit: (Frame) throws -> Void) throws {
    if carried.rows > 0, !carried.key(carried.rows - 1).isFollowed(by: block.key(0)) { carried.removeAll() }
    let head = carried.rows
    indices.removeAll(keepingCapacity: true)
    for row in 0..<block.rows {
      let runLength = try enter(block.key(row))
      if endsWindow(runLength) {
        appendWindow(from: head + row + 1 - options.span, negatives: [])
      }
    }
    try carried.withBlock { carried in
      try indices.withUnsafeBufferPointer { indices in
        try emit(Frame(runs: [carried, block], repeated: head, indices: indices))
      }
    }
    carry(block)
  }

  /// Keeps the last rows of the run that may go on in the next block.
  private mutating func carry(_ block: VectorBlock) {
    let wanted = min(options.span - 1, last?.runLength ?? 0)
    if wanted <= block.rows { carried.removeAll() }
    carried.append(block, rows: max(0, block.rows - wanted)..<block.rows)
    carried.removeFirst(carried.rows - wanted)
  }

  /// Counts the next chunk.
  ///
  /// - Returns: how many chunks without a gap end with it.
  private mutating func enter(_ key: Key) throws -> Int {
    guard key.step == 0 else { throw Failure(.badData, "\(key) is a prediction; expected chunks") }
    try ledger.enter(key)
    if let last, last.key.article != key.article { closeArticle() }
    let runLength = last.map { $0.key.isFollowed(by: key) ? $0.runLength + 1 : 1 } ?? 1
    last = (key, runLength)
    if runLength >= options.span { articleIsLongEnough = true }
    return runLength
  }

  private mutating func closeArticle() {
    guard last != nil else { return }
    if !articleIsLongEnough { shortArticles += 1 }
    articleIsLongEnough = false
    last = nil
  }

  private func endsWindow(_ runLength: Int) -> Bool {
    runLength >= options.span && (runLength - options.span) % options.stride == 0
  }

  private mutating func appendWindow(from start: Int, negatives: [Int]) {
    let first = UInt32(start)
    for place in places { indices.append(first + place) }
    for negative in negatives { indices.append(UInt32(negative)) }
    for place in futurePlaces { indices.append(first + place) }
    windows += 1
  }

  // MARK: - With negatives

  private mutating func addToStretch(_ block: VectorBlock, emit: (Frame) throws -> Void) throws {
    for row in 0..<block.rows {
      let key = block.key(row)
      if let last, last.key.article != key.article {
        try closeStretch(articleEnds: true, emit: emit)
      } else if stretch.rows >= stretchRows {
        try closeStretch(articleEnds: false, emit: emit)
      }
      stretchRunLengths.append(try enter(key))
      stretch.append(block, rows: row..<row + 1)
    }
  }

  /// Draws the negatives of the stretch's windows and emits it as one frame.
  private mutating func closeStretch(articleEnds: Bool, emit: (Frame) throws -> Void) throws {
    indices.removeAll(keepingCapacity: true)
    for row in stretchRepeated..<stretch.rows where endsWindow(stretchRunLengths[row]) {
      let start = row + 1 - options.span
      if let drawn = drawNegatives(outside: start..<row + 1) {
        appendWindow(from: start, negatives: drawn)
      } else {
        windowsWithoutNegatives += 1
      }
    }
    try stretch.withBlock { stretch in
      try indices.withUnsafeBufferPointer { indices in
        try emit(Frame(runs: [stretch], repeated: stretchRepeated, indices: indices))
      }
    }
    let kept = articleEnds ? 0 : min(options.span - 1, stretch.rows)
    stretchRunLengths.removeFirst(stretch.rows - kept)
    stretch.removeFirst(stretch.rows - kept)
    stretchRepeated = kept
  }

  /// Distinct rows of the stretch that are none of the window's, seeded by the window's own key, so that the same
  /// window gets the same negatives however the stream is cut.
  ///
  /// - Returns: nil where there are too few.
  private func drawNegatives(outside window: Range<Int>) -> [Int]? {
    let others = stretch.rows - window.count
    guard others >= options.negatives else { return nil }
    let key = stretch.key(window.lowerBound)
    var generator = SeededGenerator(
      seed: options.seed, stream: mixed(key.article) ^ UInt64(key.chunk))
    var drawn: [Int] = []
    // Floyd's sampling without replacement: a draw per negative, none of them wasted.
    for upper in others - options.negatives..<others {
      let draw = generator.index(below: upper + 1)
      drawn.append(drawn.contains(draw) ? upper : draw)
    }
    return drawn.map { $0 < window.lowerBound ? $0 : $0 + window.count }
  }
}
