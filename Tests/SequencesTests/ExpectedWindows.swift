import Sequences
import TestSupport
import Vectors

/// A window as the keys in its slots; for negatives as a set apart, since they are drawn.
struct Window: Hashable {
  var keys: [Key]
  var negatives: [Key]
}

/// The windows of these rows by their definition (docs/metrics.md): in every run of consecutive chunks of an article,
/// from its first chunk on in steps of `stride`, the context, the target, from offset 2 on the chunk before it, and
/// the futures.
func expectedWindows(_ rows: Frame, _ options: SequenceOptions) -> [[Key]] {
  var runs: [[Key]] = []
  for key in rows.keys {
    if let last = runs.last?.last, last.article == key.article, last.chunk + 1 == key.chunk {
      runs[runs.count - 1].append(key)
    } else {
      runs.append([key])
    }
  }
  var windows: [[Key]] = []
  for run in runs {
    var start = 0
    while start + options.context + options.offset + options.futures <= run.count {
      let target = start + options.context - 1 + options.offset
      var window = Array(run[start..<start + options.context]) + [run[target]]
      if options.offset > 1 { window.append(run[target - 1]) }
      window += run[target + 1..<target + 1 + options.futures]
      windows.append(window)
      start += options.stride
    }
  }
  return windows
}

/// What a builder makes of rows that come in these blocks.
struct Built {
  var frames: [Frame] = []
  var windows: [Window] = []
  var shortArticles = 0
  var withoutNegatives = 0
  var articles = 0
}

func build(_ blocks: [Frame], _ options: SequenceOptions) throws -> Built {
  let dim = blocks.first?.dim ?? 1
  var builder = SequenceBuilder(dim: dim, options: options)
  var built = Built()
  let negatives = options.roles.slots(of: "negative")
  func take(_ frame: SequenceBuilder.Frame) {
    let copy = Frame(
      frame.runs, dim: dim, repeated: frame.repeated, slots: options.roles.slots, indices: frame.indices)
    built.frames.append(copy)
    for window in 0..<copy.windows {
      let keys = copy.window(window).map { copy.keys[$0] }
      built.windows.append(
        Window(
          keys: keys.indices.filter { !negatives.contains($0) }.map { keys[$0] }, negatives: negatives.map { keys[$0] })
      )
    }
  }
  for block in blocks { try block.withBlock { try builder.add($0, emit: take) } }
  try builder.finish(emit: take)
  built.shortArticles = builder.shortArticles
  built.withoutNegatives = builder.windowsWithoutNegatives
  built.articles = builder.articles
  precondition(builder.windows == built.windows.count, "windows are counted as they are made")
  return built
}

/// What is wrong with the frames as parts of one stream of these rows; nil where nothing is.
func fault(of frames: [Frame], from rows: Frame) -> String? {
  var fresh = Frame(dim: rows.dim)
  var before: Frame?
  for frame in frames {
    let repeated = frame.rows(0..<frame.repeated)
    if frame.repeated > (before?.rows ?? 0) { return "more rows repeated than there are" }
    if let before, repeated != before.rows(before.rows - frame.repeated..<before.rows) { return "repeated rows differ" }
    for row in frame.repeated..<frame.rows { fresh.append(frame.keys[row], frame.vector(row)) }
    before = frame
  }
  return fresh == rows ? nil : "the rows are not those that came"
}
