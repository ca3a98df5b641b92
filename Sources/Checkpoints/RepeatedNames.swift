internal import JSON

/// A name that an object of a valid JSON text gives to two of its members; a parser would keep one of them in silence.
///
/// - Parameter text: valid JSON.
func repeatedName(in text: UnsafeRawBufferPointer) -> String? {
  var scanner = NameScanner(text: text)
  return scanner.firstRepeated()
}

private struct NameScanner {
  let text: UnsafeRawBufferPointer
  var position = 0
  /// The names of each object that is open; nil for a list.
  var open: [Set<String>?] = []
  /// Whether the next text of the innermost object is a name.
  var expectsName = false

  init(text: UnsafeRawBufferPointer) { self.text = text }

  mutating func firstRepeated() -> String? {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "{"): enter([])
      case UInt8(ascii: "["): enter(nil)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = open.popLast()
        expectsName = false
      case UInt8(ascii: ","): expectsName = open.last.flatMap { $0 } != nil
      case UInt8(ascii: "\""):
        let quoted = takeText()
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

  /// The text at `position`, with its quotes; steps over it.
  private mutating func takeText() -> UnsafeRawBufferPointer {
    let start = position
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position = min(position + 1, text.count)
    return UnsafeRawBufferPointer(rebasing: text[start..<position])
  }

  /// - Returns: the name where the innermost object has it already.
  private mutating func insert(_ quoted: UnsafeRawBufferPointer) -> String? {
    // Escapes have several spellings of one name.
    guard let name = (try? JSON(parsing: quoted))?.string, var names = open.popLast().flatMap({ $0 }) else {
      return nil
    }
    let isNew = names.insert(name).inserted
    open.append(names)
    return isNew ? nil : name
  }
}
