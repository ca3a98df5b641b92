internal import JSON

/// Scans the names of members in a JSON text. A parser would silently keep one of two members with the same name.
struct NameScanner {
  private let text: UnsafeRawBufferPointer
  private var position = 0
  /// The names of each object that is open; nil for an array.
  private var open: [Set<String>?] = []
  /// Whether the next string in the innermost object is a name.
  private var expectsName = false

  private init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// The first name that an object gives to two of its members; nil where there is none.
  ///
  /// - Parameter text: valid JSON.
  static func repeatedName(in text: UnsafeRawBufferPointer) -> String? {
    var scanner = NameScanner(text)
    return scanner.firstRepeated()
  }

  private mutating func firstRepeated() -> String? {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "{"): enter([])
      case UInt8(ascii: "["): enter(nil)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = open.popLast()
        expectsName = false
      case UInt8(ascii: ","): expectsName = open.last.flatMap { $0 } != nil
      case UInt8(ascii: "\""):
        let quoted = takeString()
        guard expectsName else { continue }
        expectsName = false
        if let name = insert(quoted) { return name }
        continue
      default: break
      }
      position += 1
    }
    return nil
  }

  private mutating func enter(_ names: Set<String>?) {
    open.append(names)
    expectsName = names != nil
  }

  /// The string at `position`, with its quotes; steps over it.
  private mutating func takeString() -> UnsafeRawBufferPointer {
    let start = position
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position = min(position + 1, text.count)
    return UnsafeRawBufferPointer(rebasing: text[start..<position])
  }

  /// Adds a name to the innermost object.
  ///
  /// - Returns: the name, if the object has it already.
  private mutating func insert(_ quoted: UnsafeRawBufferPointer) -> String? {
    // With escapes one name can be written in several ways.
    guard let name = (try? JSON(parsing: quoted))?.string, var names = open.popLast().flatMap({ $0 }) else {
      return nil
    }
    let isNew = names.insert(name).inserted
    open.append(names)
    return isNew ? nil : name
  }
}
