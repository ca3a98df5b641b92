internal import Failures
internal import FoundationEssentials
internal import JSON
public import Vectors

/// The stream's text twin, one JSON object a line, exact to the last bit:
///
///     {"header": …}                                            as in the stream
///     {"frame": {"repeated": 0}}                               begins a frame
///     {"article": 3, "chunk": 0, "step": 0, "vector": [ … ]}   a row; repeated ones are not said again. The article may have
///                                                              a name instead of a number
///     {"window": [0, 1, 2, 3, 4, 5], "weight": 0.25}           rows of the frame by number, repeated ones counted
///     {"end": …}                                               totals, as in the stream
///
/// Rows alone, without header, frames and end, are a chunk stream too: what people write by hand.
public enum StreamText {
  /// Appends the lines of a frame.
  ///
  /// - Parameter isFirst: whether it is the stream's first.
  public static func append(_ block: VectorBlock, kind: StreamHeader.Kind, to text: inout String) {
    text += "{\"frame\":{\"repeated\":\(block.repeated)}}\n"
    for row in block.repeated..<block.rows {
      text += "{\"article\":\(article(block.articles[row])),\"chunk\":\(block.chunks[row])"
      if kind == .predictions { text += ",\"step\":\(block.steps[row])" }
      text += ",\"vector\":["
      var separator = ""
      for entry in block.vector(row) {
        text += separator
        text += entry.description
        separator = ","
      }
      text += "]}\n"
    }
    for window in 0..<block.windows {
      let rows = (0..<block.slots).map { String(block.row(window, $0)) }
      text += "{\"window\":[\(rows.joined(separator: ","))]"
      if let weights = block.weights { text += ",\"weight\":\(weights[window])" }
      text += "}\n"
    }
  }

  /// A number, or a name in quotes.
  private static func article(_ number: UInt64) -> String {
    ArticleName.name(of: number).map { JSON.string($0).text } ?? "\(number)"
  }

  /// The first line.
  public static func line(_ header: StreamHeader) -> String { JSON.object(["header": header.json]).text + "\n" }

  /// The last line.
  ///
  /// - Parameter provenance: where it has grown since the header.
  public static func line(_ totals: Totals, counts: [String: Int], provenance: Provenance?) -> String {
    var members = totals.json
    if let provenance { members["provenance"] = provenance.json }
    if !counts.isEmpty { members["counts"] = .object(counts.mapValues { .integer(Int64($0)) }) }
    return JSON.object(["end": .object(members)]).text + "\n"
  }

  /// A line, by its kind.
  public enum Line {
    case header(StreamHeader)
    case frame(repeated: Int)
    case row(Key, [Float])
    case window([UInt32], weight: Float?)
    case end(Totals, counts: [String: Int], provenance: Provenance?)
  }

  /// What rows and windows look like: decoded without a detour through `JSON`, so that floats keep their bits and
  /// long lines are read quickly.
  private struct Plain: Decodable {
    struct Frame: Decodable { var repeated: Int? }
    var article: Article?
    var chunk: UInt32?
    var step: UInt32?
    var vector: [Float]?
    var window: [UInt32]?
    var weight: Float?
    var frame: Frame?
    var header: Ignored?
    var end: Ignored?
  }

  /// The number or the name of an article.
  private struct Article: Decodable {
    let number: UInt64

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(UInt64.self) {
        self.number = number
        return
      }
      guard let number = ArticleName.register(try value.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "a name that cannot be used")
      }
      self.number = number
    }
  }

  /// Something whose presence alone is asked for.
  private struct Ignored: Decodable {
    init(from decoder: any Decoder) {}
  }

  /// - Throws: `.badData` for a line that is none of these.
  public static func parse(_ bytes: UnsafeRawBufferPointer) throws -> Line {
    guard let plain = try? JSONDecoder().decode(Plain.self, from: Data(bytes)) else {
      throw Failure(
        .badData, "is not a line of a stream's text: expected a JSON object with header, frame, vector, window or end")
    }
    if let vector = plain.vector {
      guard let article = plain.article?.number, let chunk = plain.chunk else {
        throw Failure(.badData, "a row needs an article, a name or a whole number from 0, and a chunk, such a number")
      }
      return .row(Key(article: article, chunk: chunk, step: plain.step ?? 0), vector)
    }
    if let window = plain.window { return .window(window, weight: plain.weight) }
    if let frame = plain.frame {
      guard let repeated = frame.repeated, repeated >= 0 else {
        throw Failure(.badData, "a frame repeats 0 rows or more")
      }
      return .frame(repeated: repeated)
    }
    guard let json = try? JSON(parsing: bytes) else { throw Failure(.badData, "is not JSON") }
    if let header = json["header"] { return .header(try StreamHeader(header)) }
    if let end = json["end"], let totals = Totals(end) {
      return .end(
        totals, counts: (end["counts"]?.object ?? [:]).compactMapValues(\.int),
        provenance: end["provenance"].flatMap(Provenance.init))
    }
    throw Failure(.badData, "is not a line of a stream's text: expected header, frame, vector, window or end")
  }
}
