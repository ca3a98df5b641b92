internal import Failures
internal import Vectors

/// The chunks of a file: a matrix of vectors, and each row's article and chunk number.
///
/// Memory: 12 bytes a row, and 8 more where the rows are not in ascending order of their keys.
public struct ChunkTable {
  /// The vectors, (rows, dim), in the order of the file.
  public let vectors: FloatRows
  /// (rows).
  public let articles: [UInt64]
  /// (rows).
  public let chunks: [UInt32]
  /// The rows in ascending order of their keys; nil if the file has that order.
  public let order: [Int]?

  /// Names under which each array is looked for, the first found wins.
  public static let vectorNames = ["vectors", "embeddings", "X"]
  /// Names under which arrays of article numbers are looked for, the first found first.
  public static let articleNames = ["article_indices", "article_ids"]
  /// Names under which arrays of chunk numbers are looked for, the first found first.
  public static let chunkNames = ["chunk_indices", "seq_idx"]

  /// Which arrays hold what; nil for the default names.
  public struct Names: Sendable {
    /// The array of vectors; nil for the first of `vectorNames` that the file has.
    public var vectors: String?
    /// The array of article numbers; nil for the first of `articleNames` that the file has.
    public var articles: String?
    /// The array of chunk numbers; nil for the first of `chunkNames` that the file has.
    public var chunks: String?
    /// All rows are one article; its chunks are numbered by the array that `chunks` names, or by their place.
    public var isOneArticle: Bool

    /// The names that a command line gives; nil for those it leaves out.
    public init(vectors: String? = nil, articles: String? = nil, chunks: String? = nil, isOneArticle: Bool = false) {
      self.vectors = vectors
      self.articles = articles
      self.chunks = chunks
      self.isOneArticle = isOneArticle
    }
  }

  /// - Throws: `.badData` where arrays are missing, differ in length, hold negative numbers, or name a chunk twice.
  public init(_ file: NumPyFile, _ names: Names = Names()) throws {
    let name = try names.vectors ?? file.only2D() ?? file.first(of: Self.vectorNames, for: "vectors")
    vectors = try file.floatRows(name)
    let rows = vectors.rows
    if names.isOneArticle {
      articles = Array(repeating: 0, count: rows)
    } else {
      articles = try Self.articles(file, names, rows)
    }
    if let name = names.chunks ?? (names.isOneArticle ? nil : file.firstIfAny(of: Self.chunkNames)) {
      chunks = try file.numbers(name, rows: rows)
    } else {
      chunks = try Self.places(within: articles)
    }
    order = try at(file.name) { [articles, chunks] in try Self.order(articles, chunks) }
  }

  /// The number of chunks.
  public var rows: Int { articles.count }

  private static func articles(_ file: NumPyFile, _ names: Names, _ rows: Int) throws -> [UInt64] {
    guard let name = names.articles ?? file.firstIfAny(of: articleNames) else {
      throw Failure(
        .badData, "no array says which article each row belongs to (\(articleNames.joined(separator: ", ")))",
        at: file.name, hint: "name it with --articles KEY, or use --one-article if all rows are one text")
    }
    return try file.articleNumbers(name, rows: rows)
  }

  /// Each row's place among the rows of its article.
  private static func places(within articles: [UInt64]) throws -> [UInt32] {
    var counts: [UInt64: UInt32] = [:]
    return try articles.map { article in
      let index = counts[article, default: 0]
      guard index < .max else {
        throw Failure(.badData, "article \(ArticleName.text(of: article)) has more than 2^32 chunks")
      }
      counts[article] = index + 1
      return index
    }
  }

  /// - Throws: `.badData` if a key occurs twice.
  private static func order(_ articles: [UInt64], _ chunks: [UInt32]) throws -> [Int]? {
    func key(_ row: Int) -> (UInt64, UInt32) { (articles[row], chunks[row]) }
    let isAscending = articles.indices.dropLast().allSatisfy { key($0) < key($0 + 1) }
    if isAscending { return nil }
    let order = articles.indices.sorted { key($0) == key($1) ? $0 < $1 : key($0) < key($1) }
    for (row, next) in zip(order, order.dropFirst()) where key(row) == key(next) {
      throw Failure(
        .badData,
        "rows \(row) and \(next) are both chunk \(chunks[row]) of article \(ArticleName.text(of: articles[row]))",
        hint: "give each chunk its own number within its article")
    }
    return order
  }
}

extension NumPyFile {
  /// The array's name where the file is a single .npy.
  func only2D() -> String? { arrays.count == 1 && arrays[0].name.isEmpty ? "" : nil }

  /// The first of `names` that the file has.
  public func firstIfAny(of names: [String]) -> String? {
    names.first(where: has)
  }

  func first(of names: [String], for what: String) throws -> String {
    if let found = firstIfAny(of: names) { return found }
    let present = arrays.map(\.name).prefix(20).joined(separator: ", ")
    throw Failure(
      .badData,
      "no array of \(what) under its usual names (\(names.joined(separator: ", "))): the file has \(present.isEmpty ? "none" : present)",
      at: name, hint: "name it with --\(what) KEY")
  }

  func expect(_ count: Int, rows: Int, in array: String) throws {
    guard count == rows else {
      throw Failure(.badData, "has \(count) entries for \(rows) rows of vectors", at: name, array)
    }
  }

  /// A column of articles, one a row: whole numbers from 0 to 2^64 − 1, or names, also as Python objects.
  func articleNumbers(_ array: String, rows: Int) throws -> [UInt64] {
    var numbers: [UInt64] = []
    if let names = try strings(array) {
      var last: (name: String, number: UInt64)?
      for (row, name) in names.enumerated() {
        if let last, last.name == name {
          numbers.append(last.number)
          continue
        }
        guard let number = ArticleName.register(name) else {
          throw unusable(name).at("row \(row)").at(array).at(self.name)
        }
        numbers.append(number)
        last = (name, number)
      }
    } else if arrays.contains(where: { $0.name == array && $0.isObject }) {
      for (row, value) in (try objects(array).elements ?? []).enumerated() {
        guard let number = value.articleNumber else {
          throw Failure(
            .badData, "expected a name or a whole number from 0, found another Python object", at: name, array,
            "row \(row)", hint: "save the article ids with .astype(numpy.int64) or .astype(str)")
        }
        numbers.append(number)
      }
    } else {
      numbers = try wholeNumbers(array)
    }
    try expect(numbers.count, rows: rows, in: array)
    return numbers
  }

  private func unusable(_ name: String) -> Failure {
    guard name.utf8.count <= ArticleName.maximumLength else {
      return Failure(.badData, "expected an article's name of at most \(ArticleName.maximumLength) bytes")
    }
    let other = ArticleName.text(of: ArticleName.number(name))
    return Failure(
      .badData, "the names '\(name)' and '\(other)' have the same hash", hint: "rename one of the articles")
  }

  /// A column of whole numbers from 0, one a row.
  func numbers<Number: FixedWidthInteger>(_ array: String, rows: Int) throws -> [Number] {
    let values = try integers(array)
    try expect(values.count, rows: rows, in: array)
    var numbers: [Number] = []
    numbers.reserveCapacity(rows)
    for value in values {
      guard let number = Number(exactly: value) else {
        throw Failure(
          .badData, "expected a number from 0 to \(Number.max), found \(value)", at: name, array, "row \(numbers.count)"
        )
      }
      numbers.append(number)
    }
    return numbers
  }
}

extension PickledValue {
  /// The number of an article that is stated by a number or a name; nil for any other value.
  var articleNumber: UInt64? {
    if let string { return ArticleName.register(string) }
    return integer.flatMap { UInt64(exactly: $0) }
  }
}
